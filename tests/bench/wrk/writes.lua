-- The floor of submitting: its four writes and a line of log, each request under keys of its own.
local n = 0
function init(args) math.randomseed(os.time()) end
request = function()
  n = n + 1
  return wrk.format("GET", "/writes/" .. math.random(1e9) .. "-" .. n)
end
