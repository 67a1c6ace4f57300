//! The index falls behind, is killed, and gets there.
