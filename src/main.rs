//! Arguments, settings, logging, then the console, a worker, the service or one command.

fn main() {}
