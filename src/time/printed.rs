//! Dates as papers print them.
