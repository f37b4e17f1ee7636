-- Asks for cases at random, each with its secret: ONETOWN_INPUT names a file of lines "number secret". Returns a function
-- of the path before the number.
return function(path)
  local cases = {}
  function init()
    for line in io.lines(os.getenv("ONETOWN_INPUT")) do
      local number, secret = line:match("(%S+) (%S+)")
      cases[#cases + 1] = wrk.format("GET", path .. number, { ["Authorization"] = "Case " .. secret })
    end
    math.randomseed(20261123)
  end
  function request() return cases[math.random(#cases)] end
end
