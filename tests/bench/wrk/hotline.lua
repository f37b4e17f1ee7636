-- Creations of a 12345 platform, each sent once: ONETOWN_INPUT names a file of lines "id timestamp signature body", with
-- tabs between.
local tickets, serial = {}, 0
function init(args)
  for line in io.lines(os.getenv("ONETOWN_INPUT")) do
    local id, timestamp, signature, body = line:match("([^\t]+)\t([^\t]+)\t([^\t]+)\t(.+)")
    tickets[#tickets + 1] = { id, timestamp, signature, body }
  end
end
request = function()
  serial = serial + 1
  local ticket = tickets[serial]
  if not ticket then
    wrk.thread:stop()
    ticket = tickets[1]
  end
  return wrk.format("POST", "/api/hotline/events", {
    ["Content-Type"] = "application/json; charset=utf-8",
    ["webhook-id"] = ticket[1], ["webhook-timestamp"] = ticket[2], ["webhook-signature"] = ticket[3],
  }, ticket[4])
end
