//! What happens between the start of a capture and its end.

use super::{Place, both, json, snapshot};
use crate::support::program::{code, text};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::Command;
use std::time::{Duration, Instant};

/// A server that answers the first requests with 503 and all others with 200.
fn server(busy: usize) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for (at, stream) in listener.incoming().enumerate() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 512]);
            let status = if at < busy { "503 Busy" } else { "200 OK" };
            let _ = stream.write_all(format!("HTTP/1.1 {status}\r\n\r\n").as_bytes());
        }
    });
    format!("http://{address}/health")
}

/// A command that goes on until it is ended.
const FOREVER: &str = "while :; do sleep 1; done";

#[test]
fn the_load_runs_when_the_server_is_ready_and_ends_the_capture() {
    let place = Place::new();
    let url = server(3);
    let arguments = ["--kind", "server", "--wait-for", &url, "--load", "sh -c 'echo \"$0\" > loaded' 'a b'"];
    let output = place.run(&[&arguments[..], &["--format", "json", "--", "sh", "-c", FOREVER]].concat());
    assert_eq!(code(&output), 0, "{}", both(&output));
    let run = serde_json::json!({"exit_code": 130, "ended_by": "load", "load_exit_code": 0});
    assert_eq!(json(&output)["run"], run);
    assert_eq!(std::fs::read_to_string(place.at("loaded")).unwrap(), "a b\n");
}

#[test]
fn a_load_that_fails_is_an_error() {
    let place = Place::new();
    let wait = ["--kind", "server", "--wait-for", "text:up and running", "--load", "sh -c 'exit 4'"];
    let command = format!("echo it is up and running; {FOREVER}");
    let output = place.run(&[&wait[..], &["--", "sh", "-c", &command]].concat());
    assert_eq!(code(&output), 3);
    let stderr = text(&output.stderr);
    assert!(
        stderr.contains("it is up and running") && stderr.contains("the load failed") && stderr.contains("exit code 4")
    );
}

#[test]
fn the_duration_counts_from_the_moment_the_command_is_ready() {
    let place = Place::new();
    let wait = ["--kind", "server", "--wait-for", "file:ready", "--duration", "1", "--format", "json"];
    let command = format!("echo > ready; {FOREVER}");
    let output = place.run(&[&wait[..], &["--", "sh", "-c", &command]].concat());
    assert_eq!(code(&output), 0, "{}", both(&output));
    assert_eq!(json(&output)["run"]["ended_by"], "duration");
    assert!(!place.calls()[0].contains("--duration"));
}

#[test]
fn what_is_never_ready_leaves_nothing() {
    let place = Place::new();
    let wait = ["--wait-for", "file:ready", "--load", "true", "-q"];
    let ended = place.run(&[&wait[..], &["--", "sh", "-c", "exit 5"]].concat());
    let late = place.run(&[&wait[..], &["--wait-timeout", "0", "--", "sh", "-c", FOREVER]].concat());
    assert_eq!((code(&ended), code(&late)), (3, 3));
    snapshot("never-ready", &format!("{}\n{}", text(&ended.stderr), text(&late.stderr)));
    assert!(place.files().is_empty(), "{:?}", place.files());
}

#[test]
fn what_is_ready_before_the_command_runs_is_not_the_commands() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let target = format!("tcp:{}", listener.local_addr().unwrap());
    let place = Place::new();
    let output = place.run(&["--wait-for", &target, "--load", "true", "true"]);
    assert_eq!(code(&output), 2);
    assert!(text(&output.stderr).contains("is there before the command runs"), "{}", both(&output));
    assert!(place.calls().is_empty(), "nothing is run");
}

#[test]
fn an_interrupt_ends_the_capture_and_keeps_it() {
    let place = Place::new();
    let mut command = Command::new(env!("CARGO_BIN_EXE_align"));
    let script = format!("echo > started; {FOREVER}");
    command.args(["capture", "--nsys", "./nsys", "--format", "json", "--", "sh", "-c", &script]);
    command.current_dir(place.folder.path()).stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::null());
    let child = command.spawn().unwrap();
    let deadline = Instant::now() + Duration::from_secs(60);
    while !place.at("started").exists() {
        assert!(Instant::now() < deadline, "the command was not started");
        std::thread::sleep(Duration::from_millis(10));
    }
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(code(&output), 0, "{}", both(&output));
    assert_eq!(json(&output)["run"]["ended_by"], "interrupt");
    assert_eq!(place.files(), ["capture.nsys-rep", "capture.sqlite", "started"]);
}
