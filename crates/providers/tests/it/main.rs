//! The connectors against recorded answers (wiremock) and against the simulator, named by the cases of the domain.

mod cases;
mod entra;
mod http;
mod logs;
mod okta;
mod simulated;
mod simulated_groups;
mod simulated_test;

mod support;
