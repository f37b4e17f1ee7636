wrk.path = "/api/intake/public"
