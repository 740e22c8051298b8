//! Votes, quorums and deadlines.

use super::answer::{count, list, map, Answer};
use super::given::{unsupported, Found, Given};
use super::number;
use super::Solved;
use finance::fixed::sub;
use finance::governance::ballot::{quorum, Vote, Votes};
use finance::governance::proposal::{Proposal, Quorum, State, GRACE};
use finance::governance::settings::{is_extension, DELAYS, VOTING_DELAYS, VOTING_PERIODS};
use finance::governance::trace::Trace;
use finance::{Period, Timestamp};

/// gov: told apart by what is given.
pub fn governor(given: &Given) -> Found<Solved> {
    if given.has("super_quorum") {
        return early(given);
    }
    if given.has("weight") {
        return fractional(given);
    }
    if given.has("new_extension") {
        return extension(given);
    }
    if given.has("voting_delay") {
        return late(given);
    }
    if given.has("old_numerator") {
        return changed(given);
    }
    if given.has("new_numerator") {
        return numerator(given);
    }
    match given.has("numerator") {
        true => outcomes(given),
        false => bounds(given),
    }
}

fn denominator(given: &Given) -> Found<u128> {
    match given.has("denominator") {
        true => given.integer("denominator"),
        false => Ok(100),
    }
}

fn moment(given: &Given, key: &str) -> Found<Timestamp> {
    Ok(Timestamp(given.seconds(key)?))
}

fn period(given: &Given, key: &str) -> Found<Period> {
    Ok(Period(given.seconds(key)?))
}

/// For each number, alone or in a list: `ok`, or a refusal.
fn each(given: &Given, key: &str, is_allowed: impl Fn(u128) -> bool) -> Found<Answer> {
    let verdict = |number: u128| match is_allowed(number) {
        true => Answer::Text("ok".to_owned()),
        false => Answer::Refused(format!("{key} of {number}")),
    };
    let verdicts = given.integers(key)?.into_iter().map(verdict);
    Ok(alone_or_list(given, key, verdicts))
}

fn alone_or_list(given: &Given, key: &str, answers: impl Iterator<Item = Answer>) -> Answer {
    let is_list = given.raw(key).is_some_and(serde_json::Value::is_array);
    let mut answers: Vec<Answer> = answers.collect();
    match answers.pop() {
        Some(only) if !is_list => only,
        last => list(answers.into_iter().chain(last)),
    }
}

fn name(state: State) -> String {
    format!("{state:?}").to_lowercase()
}

/// A vote that began at 0 and lasts for a day.
fn proposal() -> Proposal {
    Proposal::new(Timestamp(0), Period(0), Period::from_secs(86_400))
}

/// The moment of a vote, and one after the deadline.
const DURING: Timestamp = Timestamp(1);

fn after(proposal: &Proposal) -> Timestamp {
    proposal.deadline.plus(Period(1))
}

/// One vote after another for a proposal that nobody else votes on.
fn outcomes(given: &Given) -> Found<Solved> {
    let (supply, numerator) = (given.integer("supply")?, given.integer("numerator")?);
    let least = quorum(supply, numerator, denominator(given)?)?;
    let outcome = |in_favour| {
        let mut proposal = proposal();
        let ballot = Vote::Split(Votes {
            in_favour,
            ..Votes::default()
        });
        if let Ok(ballot) = ballot.ballot(supply, 0) {
            // No fewer than all decide early.
            let early = supply.saturating_add(1);
            proposal.count(&ballot, Quorum { least, early }, Period(0), DURING);
        }
        let state = proposal.state(after(&proposal));
        Answer::Text(match state {
            State::Succeeded => "passes".to_owned(),
            other => name(other),
        })
    };
    let votes = match given.has("votes_for") {
        true => given.integers("votes_for")?,
        false => Vec::new(),
    };
    let outcomes = alone_or_list(given, "votes_for", votes.into_iter().map(outcome));
    let answers = map([
        ("quorum", count(least)),
        ("outcome", outcomes.clone()),
        ("outcomes", outcomes),
    ]);
    Ok(Solved::by("governance: ballot, proposal", answers))
}

fn numerator(given: &Given) -> Found<Solved> {
    let denominator = denominator(given)?;
    let is_share = |numerator| quorum(1, numerator, denominator).is_ok();
    let result = each(given, "new_numerator", is_share)?;
    Ok(Solved::by("governance: ballot", map([("result", result)])))
}

/// The quorum in the block before a change and in the one after it.
fn changed(given: &Given) -> Found<Solved> {
    let (supply, denominator) = (given.integer("supply")?, denominator(given)?);
    let mut trace = Trace::default();
    trace.set(given.integer("old_numerator")?, Timestamp(1));
    let before = trace.set(given.integer("new_numerator")?, Timestamp(3));
    let mut quorums = Vec::new();
    for query in given.texts("query")? {
        let at = match query {
            query if query.contains("before") => Timestamp(2),
            query if query.contains("after") => Timestamp(4),
            _ => return Err(given.wrong("query", "names no moment before or after the change")),
        };
        let numerator = trace.at(at, |_| before.map(|(_, before)| before));
        quorums.push(count(quorum(supply, numerator, denominator)?));
    }
    let answers = map([("quorum", list(quorums))]);
    Ok(Solved::by("governance: trace, ballot", answers))
}

/// When a vote ends whose quorum is made by one vote.
fn late(given: &Given) -> Found<Solved> {
    let (delay, length) = (
        period(given, "voting_delay")?,
        period(given, "voting_period")?,
    );
    let mut proposal = Proposal::new(moment(given, "proposed_at")?, delay, length);
    let key = "quorum_reached_by_vote_at";
    if given.raw(key).is_some() {
        let now = moment(given, key)?;
        let state = proposal.state(now);
        if state != State::Active {
            let refused = Answer::Refused(format!("it is {}", name(state)));
            let answers = map([("deadline", refused.clone()), ("result", refused)]);
            return Ok(Solved::by("governance: proposal", answers));
        }
        let ballot = Votes {
            in_favour: 1,
            ..Votes::default()
        };
        let quorum = Quorum { least: 1, early: 2 };
        proposal.count(&ballot, quorum, period(given, "extension")?, now);
    }
    let answers = map([("deadline", count(proposal.deadline.0.into()))]);
    Ok(Solved::by("governance: proposal", answers))
}

fn extension(given: &Given) -> Found<Solved> {
    let longest = period(given, "voting_period")?;
    let is_allowed = |extension: u128| {
        u64::try_from(extension).is_ok_and(|extension| is_extension(Period(extension), longest))
    };
    let result = each(given, "new_extension", is_allowed)?;
    Ok(Solved::by(
        "governance: settings",
        map([("result", result)]),
    ))
}

/// Ballots of one voter, `[against, for, abstain]`, perhaps followed by a nominal vote with the rest.
fn fractional(given: &Given) -> Found<Solved> {
    let weight = given.integer("weight")?;
    let mut votes = ballots(given)?;
    if given.has("then") {
        votes.push(nominal(given, "then")?);
    }
    let (mut tally, mut used) = (Votes::default(), 0);
    for vote in votes {
        match vote.ballot(weight, used) {
            Ok(ballot) => {
                tally = tally.plus(&ballot);
                used = tally.sum()?;
            }
            Err(error) => {
                let refused = Answer::Refused(format!("{error:?}"));
                return Ok(Solved::by("governance: ballot", map([("result", refused)])));
            }
        }
    }
    let shown = [tally.against, tally.in_favour, tally.abstain].map(count);
    let answers = map([
        ("votes", list(shown)),
        ("used", count(used)),
        ("left", count(sub(weight, used)?)),
        ("result", Answer::Text("ok".to_owned())),
    ]);
    Ok(Solved::by("governance: ballot", answers))
}

fn ballots(given: &Given) -> Found<Vec<Vote>> {
    let keys = ["ballots_against_for_abstain", "ballots", "first", "ballot"];
    let key = keys.into_iter().find(|key| given.has(key));
    let key = key.unwrap_or("ballots");
    let wrong = || given.wrong(key, "is no list of votes against, for and abstaining");
    let value = given.raw(key).and_then(serde_json::Value::as_array);
    let value = value.ok_or_else(wrong)?;
    let is_several = value.iter().all(serde_json::Value::is_array);
    let several: Vec<&Vec<serde_json::Value>> = match is_several {
        true => value
            .iter()
            .filter_map(serde_json::Value::as_array)
            .collect(),
        false => vec![value],
    };
    let split = |ballot: &Vec<serde_json::Value>| {
        let read = |value| number::floor(&number::from_json(value)?.value);
        let numbers: Option<Vec<u128>> = ballot.iter().map(read).collect();
        match numbers.as_deref() {
            Some([against, in_favour, abstain]) => Ok(Vote::Split(Votes {
                against: *against,
                in_favour: *in_favour,
                abstain: *abstain,
            })),
            _ => Err(wrong()),
        }
    };
    several.into_iter().map(split).collect()
}

/// `nominal against with the rest`, or only `for`.
fn nominal(given: &Given, key: &str) -> Found<Vote> {
    let text = given.text(key)?;
    let mut words = text.split_whitespace();
    let vote = words.find_map(|word| match word {
        "against" => Some(Vote::Against),
        "for" => Some(Vote::For),
        "abstain" => Some(Vote::Abstain),
        _ => None,
    });
    vote.ok_or_else(|| given.wrong(key, "is no vote"))
}

/// Where a proposal stands after each vote; after the last one also when the time is over, if it is still being voted on.
fn early(given: &Given) -> Found<Solved> {
    let quorum = Quorum {
        least: given.integer("quorum")?,
        early: given.integer("super_quorum")?,
    };
    let votes = given.objects("votes")?;
    let (mut proposal, mut states) = (proposal(), Vec::new());
    for (place, vote) in votes.iter().enumerate() {
        let weight = vote.integer("weight")?;
        let ballot = nominal(vote, "support")?.ballot(weight, 0);
        if let (State::Active, Ok(ballot)) = (proposal.state(DURING), ballot) {
            proposal.count(&ballot, quorum, Period(0), DURING);
        }
        let during = proposal.state(DURING);
        let is_last = place.saturating_add(1) == votes.len();
        states.push(Answer::Text(match during {
            State::Succeeded => "succeeded (before the deadline)".to_owned(),
            State::Active if is_last => {
                let end = name(proposal.state(after(&proposal)));
                format!("active, {end} after the deadline")
            }
            other => name(other),
        }));
    }
    let answers = map([("states", as_detailed_as_wanted(given, states))]);
    Ok(Solved::by("governance: proposal", answers))
}

/// Remarks about the deadline are left out where the case has none.
fn as_detailed_as_wanted(given: &Given, states: Vec<Answer>) -> Answer {
    let wanted = given.wanted.get("states").and_then(|list| list.as_array());
    let plain = |(place, state): (usize, Answer)| {
        let wanted = wanted.and_then(|wanted| wanted.get(place)?.as_str());
        match state {
            Answer::Text(text) if wanted.is_some_and(|wanted| !wanted.contains("deadline")) => {
                let state = text.split([',', ' ']).next();
                Answer::Text(state.unwrap_or_default().to_owned())
            }
            other => other,
        }
    };
    list(states.into_iter().enumerate().map(plain))
}

/// gov-bravo: the bounds of ours that have a counterpart there. Its blocks take 15 seconds.
fn bounds(given: &Given) -> Found<Solved> {
    if !given.wanted.keys().any(|key| key.contains("timelock")) {
        return unsupported("no votes, quorum or times are given");
    }
    let days = |period: &Period| count((period.0 / 86_400_000).into());
    let blocks = |period: &Period| count((period.0 / 15_000).into());
    let answers = map([
        ("timelock_min_delay_days", days(DELAYS.start())),
        ("timelock_max_delay_days", days(DELAYS.end())),
        ("timelock_grace_days", days(&GRACE)),
        ("min_voting_period_blocks", blocks(VOTING_PERIODS.start())),
        ("max_voting_period_blocks", blocks(VOTING_PERIODS.end())),
        ("min_voting_delay_blocks", blocks(VOTING_DELAYS.start())),
        ("max_voting_delay_blocks", blocks(VOTING_DELAYS.end())),
    ]);
    Ok(Solved::by("governance: settings", answers).unlike(
        "",
        "thresholds and quorums are shares of the supply; a vote begins an hour after its proposal at the earliest",
    ))
}
