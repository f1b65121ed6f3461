-- What `cargo xtask load` reads, for all scripts: a line of numbers at the end.

wrk.headers["Authorization"] = os.getenv("LOAD_TOKEN")

local threads = 0

function setup(thread)
  threads = threads + 1
  thread:set("number", threads)
end

function done(summary, latency)
  local failed = summary.errors
  print(string.format(
    "LOAD %d %d %d %d %d",
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    failed.status + failed.connect + failed.read + failed.write + failed.timeout
  ))
end
