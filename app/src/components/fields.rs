//! Form controls: label above, help below, the error beside. Server and browser say the same, so a form works without
//! scripts. A control's `key` is its id and the field's name in errors; `name` is what is posted (the key, unless the
//! form posts a struct: `form[tenant]`).

use domain::user_mapping::FileEncoding;
use leptos::ev::Event;
use leptos::html::Div;
use leptos::prelude::*;

use crate::api::ApiError;

/// What is said elsewhere on the page about the value a control comes with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// The ids of the elements that say it.
    pub ids: Vec<String>,
    /// One of them says that the value is wrong.
    pub is_wrong: bool,
}

/// The ids and attributes that tie a control to its help, its error, and what is said elsewhere.
#[derive(Clone)]
struct Ties {
    key: String,
    has_help: bool,
    error: Memo<Option<String>>,
    told: Told,
}

impl Ties {
    fn new(key: &str, help: &str, error: MaybeProp<ApiError>) -> Self {
        let of = key.to_owned();
        Self {
            key: key.to_owned(),
            has_help: !help.is_empty(),
            error: Memo::new(move |_| error.get().and_then(|error| error.of_field(&of))),
            told: Told::default(),
        }
    }

    fn with(self, told: Told) -> Self {
        Self { told, ..self }
    }

    fn invalid(&self) -> impl Fn() -> Option<&'static str> + Clone + Send + 'static + use<> {
        let (error, is_wrong) = (self.error, self.told.is_wrong);
        move || (error.get().is_some() || is_wrong).then_some("true")
    }

    fn described_by(&self) -> impl Fn() -> Option<String> + Clone + Send + 'static + use<> {
        let Self {
            key,
            has_help,
            error,
            told,
        } = self.clone();
        move || {
            let mut ids = Vec::new();
            if error.get().is_some() {
                ids.push(format!("{key}-error"));
            }
            if has_help {
                ids.push(format!("{key}-help"));
            }
            ids.extend_from_slice(&told.ids);
            (!ids.is_empty()).then(|| ids.join(" "))
        }
    }

    fn below(&self, help: String) -> impl IntoView + use<> {
        let Self {
            key, has_help, error, ..
        } = self.clone();
        let error_id = format!("{key}-error");
        let help_id = format!("{key}-help");
        view! {
            {move || error.get().map(|text| view! { <p class="error" id=error_id.clone()>{text}</p> })}
            {has_help.then(|| view! { <p class="help" id=help_id>{help}</p> })}
        }
    }
}

/// Looks at a value as it is typed: `Some` says what seems odd about it and what is meant instead.
pub type Look = fn(&str) -> Option<&'static str>;

/// The place where a [`Look`] speaks, and what feeds it. Without scripts it speaks about the value the page came with.
fn looking(
    look: Option<Look>,
    value: &str,
) -> (impl IntoView + use<>, impl Fn(Event) + Clone + 'static + use<>) {
    let odd = RwSignal::new(look.and_then(|look| look(value)));
    let place = look.map(|_| view! { <p class="odd" role="status">{move || odd.get()}</p> });
    let on_input = move |event: Event| {
        if let Some(look) = look {
            odd.set(look(&event_target_value(&event)));
        }
    };
    (place, on_input)
}

/// One line of text. `kind` is the input's type (`text`, `email`, `password`, `date`, `number`, `search`).
#[component]
pub fn Field(
    #[prop(into)] key: String,
    #[prop(into)] label: String,
    #[prop(optional, into)] name: String,
    #[prop(optional, into)] value: String,
    #[prop(default = "text")] kind: &'static str,
    #[prop(optional, into)] help: String,
    #[prop(optional, into)] error: MaybeProp<ApiError>,
    #[prop(default = "off", into)] autocomplete: &'static str,
    #[prop(optional, into)] placeholder: String,
    #[prop(optional)] required: bool,
    #[prop(optional)] disabled: bool,
    /// The value is a technical name: set in the fixed-width face, no spelling check.
    #[prop(optional)]
    code: bool,
    /// Looks at what is typed and says what seems odd about it, at once; the server decides.
    #[prop(optional)]
    look: Option<Look>,
    #[prop(optional)] told: Told,
    /// Extra things after the control: a secret's hint.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let ties = Ties::new(&key, &help, error).with(told);
    let name = if name.is_empty() { key.clone() } else { name };
    let (odd, on_input) = looking(look, &value);
    view! {
        <div class="field">
            <label for=key.clone()>{label}</label>
            <input id=key name=name type=kind value=value autocomplete=autocomplete required=required disabled=disabled
                placeholder=(!placeholder.is_empty()).then_some(placeholder)
                class:code=code spellcheck=code.then_some("false") autocapitalize=code.then_some("none")
                aria-invalid=ties.invalid() aria-describedby=ties.described_by() on:input=on_input/>
            {odd}
            {children.map(|children| children())}
            {ties.below(help)}
        </div>
    }
}

/// A text as the content of a `<textarea>`: the framework does not escape it there, and a browser drops a first line
/// break.
fn textarea_content(text: &str) -> String {
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;");
    if escaped.starts_with('\n') {
        format!("\n{escaped}")
    } else {
        escaped
    }
}

/// Several lines of text. A key or another secret has no `value`: it is entered and never shown again.
#[component]
pub fn TextArea(
    #[prop(into)] key: String,
    #[prop(into)] label: String,
    #[prop(optional, into)] name: String,
    #[prop(optional, into)] value: String,
    /// Set in the running text's face, not in the fixed-width one of keys.
    #[prop(optional)]
    prose: bool,
    #[prop(optional, into)] help: String,
    #[prop(optional, into)] error: MaybeProp<ApiError>,
    #[prop(optional, into)] placeholder: String,
    #[prop(optional)] disabled: bool,
    /// As of [`Field`].
    #[prop(optional)]
    look: Option<Look>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let ties = Ties::new(&key, &help, error);
    let name = if name.is_empty() { key.clone() } else { name };
    let (odd, on_input) = looking(look, &value);
    view! {
        <div class="field">
            <label for=key.clone()>{label}</label>
            <textarea id=key name=name rows="4" class:code=!prose spellcheck=(!prose).then_some("false")
                autocapitalize=(!prose).then_some("none") disabled=disabled inner_html=textarea_content(&value)
                placeholder=(!placeholder.is_empty()).then_some(placeholder)
                aria-invalid=ties.invalid() aria-describedby=ties.described_by() on:input=on_input/>
            {odd}
            {children.map(|children| children())}
            {ties.below(help)}
        </div>
    }
}

/// One choice of a [`SelectField`]: the value posted and the words shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Option_ {
    pub value: String,
    pub label: String,
}

impl Option_ {
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            label: label.into(),
        }
    }

    /// The choices of a filter: everything first, in the words `all`, then each value with its label.
    pub fn filter<'a>(all: &str, choices: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<Self> {
        let each = choices.into_iter().map(|(value, label)| Self::new(value, label));
        std::iter::once(Self::new("", all)).chain(each).collect()
    }

    /// The encodings a file may be said to be in (F-12): none first, in the words `told`, then each.
    pub fn encodings(told: &str) -> Vec<Self> {
        let each = FileEncoding::ALL.iter();
        Self::filter(told, each.map(|encoding| (encoding.code(), encoding.label())))
    }
}

/// One of several.
#[component]
pub fn SelectField(
    #[prop(into)] key: String,
    #[prop(into)] label: String,
    options: Vec<Option_>,
    #[prop(optional, into)] name: String,
    #[prop(optional, into)] value: String,
    #[prop(optional, into)] help: String,
    #[prop(optional, into)] error: MaybeProp<ApiError>,
    #[prop(optional)] disabled: bool,
    #[prop(optional)] told: Told,
) -> impl IntoView {
    let ties = Ties::new(&key, &help, error).with(told);
    let name = if name.is_empty() { key.clone() } else { name };
    let choices = options
        .into_iter()
        .map(|option| {
            let selected = option.value == value;
            view! { <option value=option.value selected=selected>{option.label}</option> }
        })
        .collect_view();
    view! {
        <div class="field">
            <label for=key.clone()>{label}</label>
            <select id=key name=name disabled=disabled aria-invalid=ties.invalid() aria-describedby=ties.described_by()>
                {choices}
            </select>
            {ties.below(help)}
        </div>
    }
}

/// One choice of a [`RadioField`]: the value posted, the words shown, and what it means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    pub value: &'static str,
    pub label: &'static str,
    pub help: &'static str,
}

/// One of a few, each with what it means; nothing is chosen while `value` is empty. `label` is for screen readers: the
/// panel around it says it for everybody.
#[component]
pub fn RadioField(
    key: &'static str,
    #[prop(into)] label: String,
    choices: Vec<Choice>,
    #[prop(optional, into)] value: String,
    #[prop(optional, into)] error: MaybeProp<ApiError>,
) -> impl IntoView {
    let ties = Ties::new(key, "", error);
    let choices = choices
        .into_iter()
        .map(|choice| {
            let id = format!("{key}-{}", choice.value);
            let help = format!("{id}-help");
            view! {
                <div class="field check">
                    <input type="radio" id=id.clone() name=key value=choice.value required=true
                        checked=choice.value == value aria-describedby=help.clone()/>
                    <label for=id>{choice.label}</label>
                    <p class="help" id=help>{choice.help}</p>
                </div>
            }
        })
        .collect_view();
    view! {
        <fieldset class="field choices" id=key tabindex="-1" aria-describedby=ties.described_by()>
            <legend class="visually-hidden">{label}</legend>
            {ties.below(String::new())}
            {choices}
        </fieldset>
    }
}

/// Yes or no. Posts `true` when it is on and nothing when it is off.
#[component]
pub fn CheckField(
    #[prop(into)] key: String,
    #[prop(into)] label: String,
    #[prop(optional, into)] name: String,
    #[prop(optional)] checked: bool,
    #[prop(optional, into)] help: String,
    #[prop(optional, into)] error: MaybeProp<ApiError>,
) -> impl IntoView {
    let ties = Ties::new(&key, &help, error);
    let name = if name.is_empty() { key.clone() } else { name };
    view! {
        <div class="field check">
            <input type="checkbox" id=key.clone() name=name value="true" checked=checked
                aria-invalid=ties.invalid() aria-describedby=ties.described_by()/>
            <label for=key>{label}</label>
            {ties.below(help)}
        </div>
    }
}

/// The button that posts the form. With scripts it says that it is working and cannot be pressed twice: by itself in a
/// plain form (`browser`), by `pending` where an island sends the form.
#[component]
pub fn Submit(
    #[prop(into)] label: String,
    /// What it says while the answer is awaited: "Testing…".
    #[prop(optional, into)]
    busy: String,
    #[prop(optional, into)] pending: Signal<bool>,
    /// `main`, `danger`, `quiet`, or nothing for a plain one.
    #[prop(optional)]
    class: &'static str,
    /// Which of several buttons it is: posted as `name=value`.
    #[prop(optional)]
    name: Option<&'static str>,
    #[prop(optional, into)] value: Option<String>,
    /// What it is about, where several buttons of a page say the same: read out behind the label.
    #[prop(optional, into)]
    of: String,
) -> impl IntoView {
    let said = (!busy.is_empty()).then(|| busy.clone());
    let busy = if busy.is_empty() { label.clone() } else { busy };
    view! {
        <button type="submit" class=format!("button {class}") name=name value=value data-busy=said
            on:click=move |event| if pending.get_untracked() { event.prevent_default() }
            aria-disabled=move || pending.get().then_some("true") class:pending=move || pending.get()>
            {move || if pending.get() { busy.clone() } else { label.clone() }}
            {(!of.is_empty()).then(|| view! { <span class="visually-hidden">{format!(" {of}")}</span> })}
        </button>
    }
}

/// What is wrong with the form, at its top, with a link to each field. Takes the focus when it appears, so that the
/// keyboard and a screen reader start there.
#[component]
pub fn ErrorSummary(#[prop(into)] error: MaybeProp<ApiError>) -> impl IntoView {
    let node: NodeRef<Div> = NodeRef::new();
    Effect::new(move |_| {
        if error.get().is_some()
            && let Some(element) = node.get()
        {
            _ = element.focus();
        }
    });
    move || {
        error.get().map(|error| {
            let title = match error.fields().len() {
                0 => error.to_string(),
                1 => "One thing needs a correction".to_owned(),
                many => format!("{many} things need a correction"),
            };
            let links = error
                .fields()
                .iter()
                .map(|error| {
                    let target = format!("#{}", error.field);
                    view! { <li><a href=target>{error.message.clone()}</a></li> }
                })
                .collect_view();
            let has_links = !error.fields().is_empty();
            view! {
                <div class="summary" role="alert" tabindex="-1" autofocus=true node_ref=node>
                    <h2>{title}</h2>
                    {has_links.then(|| view! { <ul>{links}</ul> })}
                </div>
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_stays_text() {
        for (typed, content) in [
            ("</textarea><script>", "&lt;/textarea>&lt;script>"),
            ("a &lt; b", "a &amp;lt; b"),
            ("\nsecond line", "\n\nsecond line"),
            ("", ""),
        ] {
            assert_eq!(textarea_content(typed), content, "{typed:?}");
        }
    }
}
