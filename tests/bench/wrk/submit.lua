-- Every submission is a new one, from an address of its own, with a phone number, so that all look-ups happen.
local serial = 0
local salt = os.time()
request = function()
  serial = serial + 1
  local body = string.format('{"appealType":"complaint","categoryCode":"T0403","title":"路灯不亮","content":"商业街的路灯坏了一周。",' ..
    '"place":{"villageCode":"990181101001"},"caller":{"phone":"139%08d"}}', (salt * 1000 + serial) % 100000000)
  return wrk.format("POST", "/api/intake/orders", {
    ["Content-Type"] = "application/json",
    ["Idempotency-Key"] = string.format("bench-%d-%09d", salt, serial),
    ["X-Forwarded-For"] = string.format("10.%d.%d.%d", serial / 65536 % 256, serial / 256 % 256, serial % 256),
  }, body)
end
