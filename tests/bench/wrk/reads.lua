-- The floor of tracking: two reads of the store and a line of log.
dofile("tests/bench/wrk/cases.lua")("/reads/")
