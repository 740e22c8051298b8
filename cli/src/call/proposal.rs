//! A proposal in a file, which is the same for everybody who proposes or executes it.
//! docs/deployment.md shows one.

use std::fs;
use std::ops::Range;
use std::path::Path;

use anyhow::{bail, Context, Result};
use deployment::Message;
use finance::governance::settings::Setting;
use finance::Ratio;
use ink::codegen::TraitCallBuilder;
use ink::primitives::AccountId;
use interfaces::configurator::Configurator;
use interfaces::governor::{Action, Call, Payload};
use serde::Deserialize;
use sp_crypto_hashing::blake2_256;
use term_sheet::quantity::Percent;
use term_sheet::Mistake;
use toml::Spanned;

use super::desk::{hash, period, Desk};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    description: String,
    predecessor: Option<Spanned<String>>,
    actions: Vec<Spanned<WrittenAction>>,
}

#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "an action has `parameter` and `value`, or `contract`, `message` and `arguments`, or `setting` and `value`, or `guardian`"
)]
enum WrittenAction {
    Parameter(Change),
    Message(Sending),
    Setting(NewSetting),
    Guardian(NewGuardian),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    parameter: String,
    of: Option<String>,
    value: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sending {
    contract: String,
    message: String,
    arguments: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewSetting {
    setting: String,
    value: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewGuardian {
    guardian: String,
}

/// The payload of the proposal in a file.
///
/// # Errors
/// The file cannot be read, or has a mistake: file, line, what to write.
pub fn read(desk: &Desk, file: &Path) -> Result<Payload> {
    let text = fs::read_to_string(file)
        .with_context(|| format!("cannot read the proposal {}", file.display()))?;
    let mistake = |span: Range<usize>, why: &str| Mistake::at(file, &text, span, why);
    let written: Written = toml::from_str(&text)
        .map_err(|error| mistake(error.span().unwrap_or_default(), error.message()))?;
    let at = |span: Range<usize>| move |error: anyhow::Error| mistake(span, &format!("{error:#}"));
    let actions = written.actions.into_iter().map(|action| {
        let span = action.span();
        Ok(action.into_inner().read(desk).map_err(at(span))?)
    });
    let predecessor = written.predecessor.map(|id| {
        let span = id.span();
        hash(id.get_ref()).map_err(at(span))
    });
    Ok(Payload {
        actions: actions.collect::<Result<_>>()?,
        description: blake2_256(written.description.as_bytes()),
        predecessor: predecessor.transpose()?,
    })
}

impl WrittenAction {
    fn read(self, desk: &Desk) -> Result<Action> {
        match self {
            Self::Parameter(Change {
                parameter,
                of,
                value,
            }) => {
                let (scope, parameter) = (desk.scope(&of)?, desk.parameter(&parameter)?);
                let value = desk.value(parameter, &value)?;
                let mut configurator = desk.deal.configurator();
                let set: Message<_> = configurator.call_mut().set(scope, parameter, value).into();
                call(set.contract, &set.input)
            }
            Self::Message(Sending {
                contract,
                message,
                arguments,
            }) => {
                let account = |name: &str| desk.account(name);
                let (to, input) = desk.book.write(&contract, &message, &arguments, &account)?;
                call(to, &input)
            }
            Self::Setting(NewSetting { setting, value }) => {
                Ok(Action::Set(read_setting(&setting, &value)?))
            }
            Self::Guardian(NewGuardian { guardian }) => {
                Ok(Action::NameGuardian(match guardian.as_str() {
                    "nobody" => None,
                    name => Some(desk.account(name)?),
                }))
            }
        }
    }
}

fn call(target: AccountId, input: &[u8]) -> Result<Action> {
    let (selector, input) = input
        .split_first_chunk()
        .context("a message without a selector")?;
    Ok(Action::Call(Call {
        target,
        selector: *selector,
        input: input.to_vec(),
        value: 0,
    }))
}

fn read_setting(name: &str, value: &str) -> Result<Setting> {
    let share = || -> Result<Ratio> {
        let share = value.parse::<Percent>().map_err(anyhow::Error::msg)?;
        Ok(share.0)
    };
    Ok(match name {
        "voting_delay" => Setting::VotingDelay(period(value)?),
        "voting_period" => Setting::VotingPeriod(period(value)?),
        "late_extension" => Setting::LateExtension(period(value)?),
        "delay" => Setting::Delay(period(value)?),
        "threshold" => Setting::Threshold(share()?),
        "quorum" => Setting::Quorum(share()?),
        "super_quorum" => Setting::SuperQuorum(share()?),
        _ => bail!(
            "`{name}` is no setting; there are voting_delay, voting_period, late_extension, delay, threshold, quorum and \
             super_quorum"
        ),
    })
}
