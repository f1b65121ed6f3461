//! A profile card: a front end in Rust, with Yew, that uses the crate `user-handle` as a library.
//!
//! Build it, and let the stand-in server, which is its service too, serve the page:
//!
//! ```sh
//! cargo xtask example
//! cargo run -p user-handle-server -- --listen localhost:8000 --database sqlite::memory: --www target/example
//! ```
//!
//! The card is then at <http://localhost:8000/>. Which service, app and user it is for is written in `index.html`.

use serde::{Deserialize, Serialize};
use user_handle::{Client, Code, Error, Record, User};
use web_sys::{Element, HtmlInputElement};
use yew::prelude::*;

fn main() {
    // Nothing to show it in: a worker has no window.
    let Some(body) = web_sys::window().and_then(|window| window.document()?.body()) else { return };
    let settings = Settings::of(&body);
    yew::Renderer::<Card>::with_root_and_props(body.into(), settings).render();
}

/// Where the service is, and who asks it, from `data-…` attributes of the page.
///
/// Not from its address: a link could send the user's token to a server of the link's author, and addresses are logged.
#[derive(PartialEq, Properties)]
struct Settings {
    base_url: String,
    api_key: String,
    token: String,
    user_id: String,
}

impl Settings {
    fn of(element: &Element) -> Settings {
        let attribute = |name| element.get_attribute(name).unwrap_or_default();
        Settings {
            base_url: attribute("data-base-url"),
            api_key: attribute("data-api-key"),
            token: attribute("data-token"),
            user_id: attribute("data-user-id"),
        }
    }

    /// A handle on the user; makes no request.
    fn connect(&self) -> Result<User, Error> {
        Client::builder(&self.api_key).token(&self.token).base_url(&self.base_url).build()?.user(&self.user_id)
    }
}

/// A user's data. Save replaces all that is stored: where others store more fields, they belong here too.
#[derive(Clone, Default, Deserialize, Serialize)]
#[serde(default)]
struct Profile {
    name: String,
    bio: String,
}

#[derive(Clone, Copy)]
enum Action {
    Create,
    Load,
    Save,
    Delete,
}

impl Action {
    const ALL: [Action; 4] = [Action::Create, Action::Load, Action::Save, Action::Delete];

    /// What its button says, and what the card says once it is done.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Action::Create => ("Create", "Created."),
            Action::Load => ("Load", "Loaded."),
            Action::Save => ("Save", "Saved."),
            Action::Delete => ("Delete", "Deleted."),
        }
    }

    /// The record as it is afterwards; after a deletion there is none.
    async fn run(self, user: &User, profile: &Profile) -> Result<Option<Record<Profile>>, Error> {
        match self {
            Action::Create => user.create(profile).await.map(Some),
            Action::Load => user.get().await.map(Some),
            Action::Save => user.update(profile).await.map(Some),
            Action::Delete => user.delete().await.map(|_| None),
        }
    }
}

/// How the last call went.
enum Status {
    Idle,
    Busy,
    Done(Action),
    Failed(Error),
}

struct Card {
    user: Result<User, Error>,
    /// What is typed.
    profile: Profile,
    /// What is stored, as last seen.
    record: Option<Record<Profile>>,
    status: Status,
}

enum Message {
    Name(String),
    Bio(String),
    Start(Action),
    End(Action, Result<Option<Record<Profile>>, Error>),
}

impl Component for Card {
    type Message = Message;
    type Properties = Settings;

    fn create(ctx: &Context<Self>) -> Self {
        Card { user: ctx.props().connect(), profile: Profile::default(), record: None, status: Status::Idle }
    }

    /// Gives whether the card looks different now.
    fn update(&mut self, ctx: &Context<Self>, message: Message) -> bool {
        match message {
            Message::Name(name) => self.profile.name = name,
            Message::Bio(bio) => self.profile.bio = bio,
            Message::Start(action) => {
                let (Ok(user), false) = (&self.user, self.is_busy()) else { return false };
                let (user, profile) = (user.clone(), self.profile.clone());
                ctx.link().send_future(async move { Message::End(action, action.run(&user, &profile).await) });
                self.status = Status::Busy;
            }
            Message::End(action, Ok(record)) => {
                if let Some(Record { data, .. }) = &record {
                    self.profile = data.clone();
                }
                self.record = record;
                self.status = Status::Done(action);
            }
            Message::End(_, Err(error)) => {
                if error.code() == Code::NotFound {
                    self.record = None;
                }
                self.status = Status::Failed(error);
            }
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let user = match &self.user {
            Ok(user) => user,
            Err(error) => return html! { <main>{ problem(error) }</main> },
        };
        let (said, alert) = match &self.status {
            Status::Idle => ("", Html::default()),
            Status::Busy => ("One moment …", Html::default()),
            Status::Done(action) => (action.words().1, Html::default()),
            Status::Failed(error) => ("", problem(error)),
        };
        let link = ctx.link();
        html! {
            <main aria-labelledby="title" aria-busy={self.is_busy().to_string()}>
                <h1 id="title">{ "Profile of " }{ user.id() }</h1>
                { self.record.as_ref().map(stored).unwrap_or_else(|| html! { <p>{ "No record to show." }</p> }) }
                <fieldset disabled={self.is_busy()}>
                    <legend>{ "Change it" }</legend>
                    { field("Name", &self.profile.name, link.callback(Message::Name)) }
                    { field("Bio", &self.profile.bio, link.callback(Message::Bio)) }
                    { for Action::ALL.map(|action| html! {
                        <button onclick={link.callback(move |_| Message::Start(action))}>{ action.words().0 }</button>
                    }) }
                </fieldset>
                <p role="status">{ said }</p>
                { alert }
            </main>
        }
    }
}

impl Card {
    fn is_busy(&self) -> bool {
        matches!(self.status, Status::Busy)
    }
}

fn field(label: &'static str, value: &str, typed: Callback<String>) -> Html {
    let oninput = Callback::from(move |event: InputEvent| {
        if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
            typed.emit(input.value());
        }
    });
    html! { <label>{ label }<input value={value.to_owned()} {oninput} /></label> }
}

fn stored(record: &Record<Profile>) -> Html {
    html! {
        <dl>
            <dt>{ "Id" }</dt><dd>{ &record.id }</dd>
            <dt>{ "Name" }</dt><dd>{ &record.data.name }</dd>
            <dt>{ "Bio" }</dt><dd>{ &record.data.bio }</dd>
        </dl>
    }
}

fn problem(error: &Error) -> Html {
    html! {
        <div role="alert">
            <p>{ error.to_string() }</p>
            { for error.hint().map(|hint| html! { <p>{ "What helps: " }{ hint }</p> }) }
        </div>
    }
}
