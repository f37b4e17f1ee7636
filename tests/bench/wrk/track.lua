-- Tracks cases at random.
dofile("tests/bench/wrk/cases.lua")("/api/intake/orders/")
