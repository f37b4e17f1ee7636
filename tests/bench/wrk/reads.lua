-- The floor of tracking: two reads of the store and a line of log. ONETOWN_INPUT names a file of lines "number secret".
local cases = {}
function init(args)
  for line in io.lines(os.getenv("ONETOWN_INPUT")) do
    local number, secret = line:match("(%S+) (%S+)")
    cases[#cases + 1] = wrk.format("GET", "/reads/" .. number, { ["Authorization"] = "Case " .. secret })
  end
  math.randomseed(20261123)
end
request = function() return cases[math.random(#cases)] end
