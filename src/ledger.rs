//! What `axcs` itself remembers: jobs, runs, cursors, what was acknowledged, what is set aside.
