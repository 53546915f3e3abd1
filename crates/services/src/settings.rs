//! Reading side, under construction.
