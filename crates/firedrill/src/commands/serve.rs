//! `firedrill` and `firedrill serve`: practice mode.

use std::fmt::Write as _;
use std::future::Future;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use etcetera::BaseStrategy;
use server::{Config, Server, ServerError, chain};

use crate::cli;
use crate::drills;
use crate::exit::{Exit, Failure};
use crate::output;
use crate::systems;

/// Serves until interrupted.
pub(crate) fn run(options: &cli::Serve) -> Result<(), Failure> {
    let catalogue = drills::load(&options.drills)?;
    let data = match &options.data {
        Some(folder) => folder.clone(),
        None => default_data()?,
    };
    let mut config = Config::new(catalogue, data);
    config.systems = systems::commands()?;
    if !options.no_otlp {
        config.otlp_grpc = Some(local(options.otlp_grpc_port));
        config.otlp_http = Some(local(options.otlp_http_port));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| failure(&ServerError::Io(error)))?;
    runtime.block_on(serve(&config, options))
}

async fn serve(config: &Config, options: &cli::Serve) -> Result<(), Failure> {
    let address = local(options.port);
    // Before anybody is told the address: from then on a request to stop is expected to work.
    let stop = interruption().map_err(|error| failure(&error))?;
    let server = Server::bind(config, address)
        .await
        .map_err(|error| failure(&error))?;
    let url = format!("http://{}", server.address());
    output::print(&greeting(&server, &url, config))?;
    if !options.no_open {
        open_browser(&url);
    }
    server.run(stop).await.map_err(|error| failure(&error))
}

fn local(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

/// Where to look, and where to send telemetry to.
fn greeting(server: &Server, url: &str, config: &Config) -> String {
    let mut text = format!(
        "Firedrill is at {url}\nIts data is in {}\n",
        config.data.display()
    );
    let receivers = [
        ("gRPC", server.otlp_grpc_address()),
        ("HTTP", server.otlp_http_address()),
    ];
    for (protocol, address) in receivers {
        if let Some(address) = address {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "OTLP over {protocol} is received on {address}");
        }
    }
    text.push_str("Press Ctrl-C to stop.\n");
    text
}

/// Listens for requests to stop from now on; the future is done when one has come.
fn interruption() -> Result<impl Future<Output = ()> + Send + 'static, ServerError> {
    #[cfg(unix)]
    let mut terminate = {
        use tokio::signal::unix::{SignalKind, signal};
        (
            signal(SignalKind::terminate())?,
            signal(SignalKind::interrupt())?,
        )
    };
    Ok(async move {
        #[cfg(unix)]
        tokio::select! {
            _ = terminate.0.recv() => {}
            _ = terminate.1.recv() => {}
        }
        #[cfg(not(unix))]
        // Without a handler the process simply ends, which is what was asked for.
        let _ = tokio::signal::ctrl_c().await;
    })
}

/// Where data is kept when nothing is said.
pub(super) fn default_data() -> Result<PathBuf, Failure> {
    match etcetera::choose_base_strategy() {
        Ok(strategy) => Ok(strategy.data_dir().join("firedrill")),
        Err(error) => Err(Failure::new(
            Exit::Environment,
            format!("there is no home folder to keep data in: {error}"),
            "name a folder with --data",
        )),
    }
}

/// Opens the page where there is a browser to open it in. That it does not open is no error: the
/// address has been printed.
fn open_browser(url: &str) {
    let program = if cfg!(target_os = "macos") {
        "open"
    } else if ["DISPLAY", "WAYLAND_DISPLAY"]
        .iter()
        .any(|name| std::env::var_os(name).is_some())
    {
        "xdg-open"
    } else {
        return;
    };
    let child = Command::new(program)
        .arg(url)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    match child {
        Ok(mut child) => {
            // Collects the process when it ends; it is not waited for.
            std::thread::spawn(move || child.wait());
        }
        Err(error) => tracing::debug!(%error, program, "the browser could not be opened"),
    }
}

fn failure(error: &ServerError) -> Failure {
    let next_step = match error {
        ServerError::Listen { source, .. } if source.kind() == ErrorKind::AddrInUse => {
            "another Firedrill may be running; stop it, or choose another port with --port"
        }
        ServerError::Listen { .. } => "choose another port with --port",
        ServerError::Data { .. } => "choose a folder that can be written with --data",
        ServerError::InUse { .. } => "use that one, stop it, or choose another folder with --data",
        ServerError::Store(_) => {
            "check that the data folder is not on a read-only or full disk, or choose another one \
             with --data"
        }
        ServerError::Io(_) => "start Firedrill again; if it stays, report it",
    };
    let exit = match error {
        ServerError::Io(_) => Exit::Internal,
        _ => Exit::Environment,
    };
    Failure::new(exit, chain(error), next_step)
}
