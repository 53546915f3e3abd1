//! A running simulator with a client.

use reqwest::{Client, RequestBuilder, Response};
use serde_json::Value;
use simulator::{Options, Simulator};

/// A simulator and a client that follows no redirects.
pub(crate) struct Bench {
    pub(crate) simulator: Simulator,
    pub(crate) client: Client,
}

/// An answer, taken apart.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    async fn of(response: Response) -> Answer {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Answer {
            status,
            headers,
            text: response.text().await.expect("a body"),
        }
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("text"))
    }

    /// Status and Graph error code.
    pub(crate) fn graph_error(&self) -> (u16, String) {
        (
            self.status,
            self.json()["error"]["code"].as_str().expect("a code").to_owned(),
        )
    }

    /// Status and Okta error code.
    pub(crate) fn okta_error(&self) -> (u16, String) {
        (
            self.status,
            self.json()["errorCode"].as_str().expect("a code").to_owned(),
        )
    }
}

fn client(ca: Option<&str>) -> Client {
    let builder = Client::builder().redirect(reqwest::redirect::Policy::none());
    let builder = match ca {
        Some(pem) => {
            builder.tls_certs_only([reqwest::Certificate::from_pem(pem.as_bytes()).expect("a certificate")])
        }
        None => builder,
    };
    builder.build().expect("a client")
}

impl Bench {
    pub(crate) async fn new(users: usize) -> Bench {
        Bench::with(Options {
            users,
            ..Options::default()
        })
        .await
    }

    pub(crate) async fn with(options: Options) -> Bench {
        let simulator = Simulator::start(options).await.expect("a simulator");
        let client = client(simulator.ca_pem());
        Bench { simulator, client }
    }

    pub(crate) async fn send(&self, request: RequestBuilder) -> Answer {
        Answer::of(request.send().await.expect("an answer")).await
    }

    /// Posts a form to the Entra token endpoint of this tenant.
    pub(crate) async fn entra_token_call(&self, tenant: &str, form: &[(&str, &str)]) -> Answer {
        let url = format!("{}/{tenant}/oauth2/v2.0/token", self.simulator.entra().login_base);
        self.send(self.client.post(url).form(form)).await
    }

    /// A Graph token by secret.
    pub(crate) async fn graph_token(&self) -> String {
        let entra = self.simulator.entra();
        let form = [
            ("client_id", entra.client_id.as_str()),
            ("client_secret", &entra.client_secret),
            ("scope", "https://graph.microsoft.com/.default"),
            ("grant_type", "client_credentials"),
        ];
        let answer = self.entra_token_call(&entra.tenant_id, &form).await;
        answer.json()["access_token"]
            .as_str()
            .expect("a token")
            .to_owned()
    }

    pub(crate) fn graph_url(&self, path: &str) -> String {
        if path.starts_with("http") {
            return path.to_owned();
        }
        format!("{}/v1.0{path}", self.simulator.entra().graph_base)
    }

    /// GET from Graph.
    pub(crate) async fn graph(&self, token: &str, path: &str) -> Answer {
        self.send(self.client.get(self.graph_url(path)).bearer_auth(token))
            .await
    }

    /// GET from Graph with `ConsistencyLevel: eventual`.
    pub(crate) async fn graph_eventual(&self, token: &str, path: &str) -> Answer {
        let request = self
            .client
            .get(self.graph_url(path))
            .bearer_auth(token)
            .header("ConsistencyLevel", "eventual");
        self.send(request).await
    }

    /// All entries of a list, following next links; also the last page.
    pub(crate) async fn graph_all(&self, token: &str, path: &str) -> (Vec<Value>, Value) {
        let mut all = Vec::new();
        let mut next = path.to_owned();
        loop {
            let answer = self.graph(token, &next).await;
            assert_eq!(answer.status, 200, "{next}: {}", answer.text);
            let page = answer.json();
            all.extend(page["value"].as_array().expect("a list").iter().cloned());
            match page.get("@odata.nextLink") {
                Some(link) => link.as_str().expect("a link").clone_into(&mut next),
                None => return (all, page),
            }
        }
    }

    /// GET from Okta with the API token.
    pub(crate) async fn okta(&self, path: &str) -> Answer {
        let okta = self.simulator.okta();
        let url = if path.starts_with("http") {
            path.to_owned()
        } else {
            format!("{}{path}", okta.base_url)
        };
        let request = self
            .client
            .get(url)
            .header("authorization", format!("SSWS {}", okta.api_token));
        self.send(request).await
    }

    /// All entries of an Okta list, following `Link` lines.
    pub(crate) async fn okta_all(&self, path: &str) -> Vec<Value> {
        let mut all = Vec::new();
        let mut next = Some(path.to_owned());
        while let Some(url) = next {
            let answer = self.okta(&url).await;
            assert_eq!(answer.status, 200, "{url}: {}", answer.text);
            all.extend(answer.json().as_array().expect("a list").iter().cloned());
            next = next_line(&answer);
        }
        all
    }
}

/// The address of the `rel="next"` line.
pub(crate) fn next_line(answer: &Answer) -> Option<String> {
    answer.headers.get_all("link").iter().find_map(|line| {
        let line = line.to_str().expect("text");
        let url = line.strip_suffix("; rel=\"next\"")?;
        Some(url.trim_matches(['<', '>']).to_owned())
    })
}

/// Ids of a list's entries.
pub(crate) fn ids(list: &[Value]) -> Vec<String> {
    list.iter()
        .map(|entry| entry["id"].as_str().expect("an id").to_owned())
        .collect()
}
