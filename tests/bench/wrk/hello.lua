-- The ratio base: the smallest component, no store.
wrk.path = "/hello"
