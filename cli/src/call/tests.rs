//! Actions as they are typed, on the embedded chain: its clock can be set.

use std::cell::Cell;
use std::fs;

use clap::Parser;
use deployment::contracts::{Delegation, Permit, Psp22};
use deployment::{Bundles, Code};
use finance::governance::ballot::Vote;
use finance::{Period, Timestamp};
use ink::codegen::TraitCallBuilder;
use interfaces::governance_token::Delegation as _;
use interfaces::governor::Governor as _;
use interfaces::oracle_adapter::OracleAdapter;
use interfaces::permit::Permit as _;
use interfaces::types::Hash;
use psp22::PSP22;

use super::*;
use crate::book::Book;
use crate::network::Network;
use crate::rehearsal::tests::{deal, local, rehearse};
use crate::rehearsal::Rehearsal;

/// What follows `sluice call --as …`.
#[derive(Parser)]
struct Typed {
    #[command(subcommand)]
    action: Action,
}

/// What follows `sluice sign --as …`.
#[derive(Parser)]
struct Said {
    #[command(subcommand)]
    say: Say,
}

/// A deal on an embedded chain.
struct World<'a> {
    network: &'a Network,
    rehearsal: Rehearsal<'a>,
    book: Book,
}

impl<'a> World<'a> {
    fn of(name: &str, network: &'a Network) -> Self {
        let rehearsal = rehearse(deal(name), network, 1);
        let book = rehearsal.book().unwrap();
        Self {
            network,
            rehearsal,
            book,
        }
    }

    fn desk(&self, who: &str) -> Desk {
        let actor = self.network.account(who).unwrap();
        self.rehearsal.embedded().fund(actor);
        Desk {
            deal: &self.rehearsal.deal,
            chain: self.rehearsal.chain(),
            book: &self.book,
            actor,
        }
    }

    fn tries(&self, who: &str, typed: &[&str]) -> Result<String> {
        let typed = Typed::try_parse_from([&["sluice"], typed].concat())?;
        let desk = self.desk(who);
        let mut answer = String::new();
        for Step {
            contract, input, ..
        } in typed.action.steps(&desk)?
        {
            let returned = desk.chain.send(desk.actor, contract, input.clone())?;
            answer = self.book.answer(contract, &input, &returned)?;
        }
        Ok(answer)
    }

    fn acts(&self, who: &str, typed: &[&str]) -> String {
        self.tries(who, typed).unwrap()
    }

    fn refuses(&self, who: &str, typed: &[&str]) -> String {
        format!("{:#}", self.tries(who, typed).unwrap_err())
    }

    /// Has somebody sign and the keeper submit.
    fn submits(&self, who: &str, said: &[&str]) -> Result<String> {
        let said = Said::try_parse_from([&["sluice"], said].concat())?;
        let key = self.network.key(who)?;
        let within = Period::from_secs(3_600);
        let desk = self.desk(who);
        let now = desk.chain.now()?;
        let (what, said) = said.say.read(&desk, now)?;
        let signed = said.signed(&desk, what, now.plus(within), |text| key.sign(text).0)?;
        let file = self.file(&serde_json::to_string(&signed)?);
        let submitted = self.tries("Keeper", &["submit", &file]);
        fs::remove_file(file)?;
        submitted
    }

    /// A file of its own for every world and content.
    fn file(&self, content: &str) -> String {
        let name = format!("sluice-{}-{:p}-{}", std::process::id(), self, content.len());
        let file = std::env::temp_dir().join(name);
        fs::write(&file, content).unwrap();
        file.display().to_string()
    }

    fn waits(&self, hours: u64) {
        self.rehearsal
            .embedded()
            .advance(Period::from_secs(hours * 3_600));
    }

    /// Somebody has tokens of a class.
    fn invests(&self, who: &str, class: &str, cash: &str) {
        self.acts(who, &["mint", "USDX", cash]);
        self.acts(who, &["deposit", class, cash]);
        self.waits(25);
        self.acts("Keeper", &["close-epoch"]);
        self.acts("Keeper", &["claim", "--for", who]);
    }
}

#[test]
fn a_vote_goes_from_the_locker_to_the_execution() {
    let network = local();
    let world = World::of("holders-credit", &network);
    world.invests("Arranger", "Equity", "450 000");
    world.acts("Arranger", &["lock", "Equity", "400 000"]);
    world
        .submits("Arranger", &["delegate", "Equity", "Treasury"])
        .unwrap();
    world.waits(1);
    let file = world.file(
        r#"
        description = "Bitcoin falls further than we thought"
        [[actions]]
        parameter = "haircut"
        of = "BTC"
        value = "12 %"
        [[actions]]
        setting = "quorum"
        value = "25 %"
        [[actions]]
        contract = "liquidation-engine"
        message = "arm_breaker"
        arguments = []
        "#,
    );
    let error = world.refuses("Keeper", &["propose", &file]);
    assert!(
        error.contains("governor refuses: BelowThreshold"),
        "{error}"
    );
    let proposal = world.acts("Treasury", &["propose", &file]);
    let error = world.refuses("Treasury", &["vote", &proposal, "for"]);
    assert!(error.contains("WrongState"), "{error}");
    world.waits(25);
    world
        .submits("Treasury", &["vote", &proposal, "for"])
        .unwrap();
    world.acts("Keeper", &["queue", &proposal]);
    world.waits(73);
    world.acts("Keeper", &["execute", &proposal, &file]);
    let terms = world.acts("Keeper", &["send", "governor", "terms"]);
    assert!(terms.contains("quorum: 25 %"), "{terms}");
    let lending = world.acts("Keeper", &["send", "parameters", "lending", "0", "Keeper"]);
    assert!(lending.contains("haircut: 120000000000000000"), "{lending}");
    fs::remove_file(file).unwrap();
}

#[test]
fn a_class_vetoes_and_the_proposer_takes_back() {
    let network = local();
    let world = World::of("holders-credit", &network);
    let file = world.file("description = \"\"\n[[actions]]\nguardian = \"nobody\"");
    world.invests("Arranger", "Equity", "450 000");
    world.invests("Insurer", "Senior", "100 000");
    world.acts("Arranger", &["lock", "Equity", "450 000"]);
    world.waits(1);
    let taken_back = world.acts("Arranger", &["propose", &file]);
    world.acts("Arranger", &["cancel-proposal", &taken_back]);
    fs::write(
        &file,
        "description = \"Again\"\n[[actions]]\nguardian = \"nobody\"",
    )
    .unwrap();
    let proposal = world.acts("Arranger", &["propose", &file]);
    world.waits(25);
    world.acts("Arranger", &["vote", &proposal, "for"]);
    world.acts("Keeper", &["queue", &proposal]);
    world.acts("Insurer", &["lock", "Senior", "60 000"]);
    world.waits(48);
    let error = world.refuses("Insurer", &["veto", &proposal, "Equity"]);
    assert!(error.contains("`Equity` has no veto"), "{error}");
    world.acts("Insurer", &["veto", &proposal, "Senior"]);
    let view = world.acts("Keeper", &["send", "governor", "proposal", &proposal]);
    assert!(view.contains("state: Canceled"), "{view}");
    let error = world.refuses("Insurer", &["claim-locked", "Senior"]);
    assert!(error.contains("nothing is owed"), "{error}");
    world.acts("Insurer", &["unlock", "Senior", "60 000"]);
    fs::remove_file(file).unwrap();
}

#[test]
fn mistakes_in_a_proposal_name_file_line_and_what_to_write() {
    let network = local();
    let world = World::of("holders-credit", &network);
    let refusal = |action: &str| {
        let file = world.file(&format!("description = \"x\"\n[[actions]]\n{action}\n"));
        let error = world.refuses("Arranger", &["propose", &file]);
        fs::remove_file(&file).unwrap();
        assert!(error.contains(&format!("{file}, line 2")), "{error}");
        error
    };
    let error = refusal("parameter = \"haircat\"\nvalue = \"1 %\"");
    assert!(
        error.contains("no parameter `haircat`; there are") && error.contains("haircut"),
        "{error}"
    );
    assert!(refusal("parameter = \"haircut\"\nvalue = \"12\"").contains("6.5 %"));
    assert!(refusal("setting = \"pace\"\nvalue = \"1 %\"").contains("super_quorum"));
    assert!(refusal("guard = \"nobody\"").contains("or `guardian`"));
    let error = refusal("contract = \"governer\"\nmessage = \"x\"\narguments = []");
    assert!(error.contains("no contract `governer`; it has"), "{error}");
    let error = refusal("contract = \"configurator\"\nmessage = \"arm\"\narguments = [\"Drows\"]");
    assert!(
        error.contains("action: Pausable") && error.contains("Drows"),
        "{error}"
    );
}

#[test]
fn an_issuer_attests_by_call_and_by_signature_and_an_officer_freezes() {
    let network = local();
    let world = World::of("members-only", &network);
    let member = || {
        world.acts(
            "Keeper",
            &["send", "compliance-registry", "member", "Arranger", "1"],
        )
    };
    let error = world.refuses("Keeper", &["attest", "Arranger", "756"]);
    assert!(
        error.contains("compliance-registry refuses: OutOfScope"),
        "{error}"
    );
    world
        .submits(
            "Custody bank",
            &["attest", "Arranger", "756", "--class", "Equity"],
        )
        .unwrap();
    assert!(
        member().contains("issuer: Custody bank, jurisdiction: 756"),
        "{}",
        member()
    );
    world.acts("Compliance officer", &["freeze", "Arranger"]);
    assert!(member().contains("is_frozen: true"), "{}", member());
    world.acts("Compliance officer", &["unfreeze", "Arranger"]);
    world.acts("Custody bank", &["revoke", "Arranger", "--class", "Equity"]);
    assert!(member().ends_with("None)"), "{}", member());
    let error = world.refuses("Custody bank", &["revoke", "Keeper"]);
    assert!(error.contains("nothing is attested"), "{error}");
}

#[test]
fn an_operator_orders_and_a_holder_approves_by_signature() {
    let network = local();
    let world = World::of("holders-credit", &network);
    world.invests("Arranger", "Equity", "1 000");
    world.acts("Arranger", &["mint", "USDX", "500"]);
    world.acts("Arranger", &["approve", "USDX", "transfer-agent", "500"]);
    let order = ["deposit", "Equity", "500", "--for", "Arranger"];
    let error = world.refuses("Arranger", &["name-operator", "Tresury"]);
    assert!(error.contains("who `Tresury` is"), "{error}");
    let error = world.refuses("Treasury", &order);
    assert!(error.contains("NotAuthorised"), "{error}");
    world.acts("Arranger", &["name-operator", "Treasury"]);
    world.acts("Treasury", &order);
    world.acts(
        "Treasury",
        &["cancel-deposit", "Equity", "--for", "Arranger"],
    );
    world.acts("Arranger", &["dismiss-operator", "Treasury"]);
    assert!(world.refuses("Treasury", &order).contains("NotAuthorised"));
    world
        .submits("Arranger", &["approve", "HLC-E", "Treasury", "12.5"])
        .unwrap();
    let token = "tranche-token/HLC-E";
    let allowed = world.acts(
        "Keeper",
        &["send", token, "allowance", "Arranger", "Treasury"],
    );
    assert_eq!(allowed, "12500000");
    // Cash that is a plain token takes none.
    let signed = world.submits("Arranger", &["approve", "USDX", "Treasury", "1"]);
    let error = format!("{:#}", signed.unwrap_err());
    assert!(error.contains("no approvals by signature"), "{error}");
}

#[test]
fn what_nobody_signed_is_not_submitted() {
    let mut network = local();
    let real = AccountId([7; 32]);
    network.name_asset("USDX", real);
    let world = World::of("members-only", &network);
    let deal = &world.rehearsal.deal;
    let (keeper, thief) = (world.desk("Keeper").actor, AccountId([9; 32]));
    let submit = |contract: AccountId, input: &[u8]| {
        let file = world.file(&format!(
            r#"{{ "message": "an approval", "contract": "{}", "input": "0x{}" }}"#,
            address::show(contract),
            hex::encode(input)
        ));
        let error = world.refuses("Keeper", &["submit", &file]);
        fs::remove_file(&file).unwrap();
        error
    };
    for token in [deal.tranches[0], real] {
        let mut psp22 = Psp22::from(token);
        let transfer: Message<_> = psp22.call_mut().transfer(thief, 1, vec![]).into();
        let error = submit(token, &transfer.input);
        assert!(
            error.starts_with("cannot submit /")
                && error.contains(".transfer(to: ")
                && error.contains("Submit what `sluice sign` wrote"),
            "{error}"
        );
    }
    // An approval goes to a token of the chain, which alone can tell whether it is signed.
    let permit = |token| {
        let mut token = Permit::from(token);
        let permit = token
            .call_mut()
            .permit(keeper, thief, 1, Timestamp(0), [0; 64]);
        Message::from(permit).input
    };
    let shown = world.book.message(real, &permit(real));
    assert!(shown.starts_with("USDX.permit(owner: Keeper, "), "{shown}");
    let error = submit(real, &permit(real));
    assert!(error.contains("does not understand"), "{error}");
    let error = submit(thief, &permit(thief));
    assert!(error.contains("no contract of this deal"), "{error}");
    let mut oracle = deal.oracle();
    let reports: Message<_> = oracle.call_mut().report_signed(vec![]).into();
    assert!(submit(real, &reports.input).contains("USDX.0x"));
}

/// A node that wants something else signed than the contracts do.
struct Liar<'a>(&'a dyn Host);

impl Host for Liar<'_> {
    fn bundles(&self) -> &Bundles {
        self.0.bundles()
    }

    fn network(&self) -> [u8; 32] {
        self.0.network()
    }

    fn now(&self) -> Result<Timestamp> {
        self.0.now()
    }

    fn account(&self, name: &str) -> Result<AccountId> {
        self.0.account(name)
    }

    fn asset(&self, symbol: &str) -> Result<Option<AccountId>> {
        self.0.asset(symbol)
    }

    fn code_at(&self, address: AccountId) -> Result<Option<Hash>> {
        self.0.code_at(address)
    }

    fn upload_code(&self, by: AccountId, code: &Code) -> Result<()> {
        self.0.upload_code(by, code)
    }

    fn instantiate(
        &self,
        by: AccountId,
        code: &Code,
        input: &[u8],
        salt: &str,
    ) -> Result<Result<AccountId, Vec<u8>>> {
        self.0.instantiate(by, code, input, salt)
    }

    fn send(&self, by: AccountId, contract: AccountId, input: Vec<u8>) -> Result<Vec<u8>> {
        self.0.send(by, contract, input)
    }

    fn look(&self, contract: AccountId, input: Vec<u8>) -> Result<Vec<u8>> {
        let mut answer = self.0.look(contract, input)?;
        if let Some(start) = answer.windows(6).position(|part| part == b"Sluice") {
            // In the hash, which follows the sixteen bytes of the purpose.
            answer[start + 16] ^= 1;
        }
        Ok(answer)
    }
}

#[test]
fn what_is_signed_is_what_the_contracts_ask_for_whatever_the_node_says() {
    let network = local();
    let world = World::of("holders-credit", &network);
    let permit = ["approve", "HLC-E", "Treasury", "12.5"];
    let delegate = ["delegate", "Equity", "Treasury"];
    let proposal = [7; 32];
    let name = format!("0x{}", hex::encode(proposal));
    let vote = ["vote", &name, "against"];
    // What was said before counts.
    world.submits("Arranger", &permit).unwrap();
    world.submits("Arranger", &delegate).unwrap();
    let within = Period::from_secs(3_600);
    let signed = |desk: &Desk, said: &[&str]| {
        let said = Said::try_parse_from([&["sluice"], said].concat()).unwrap();
        let signed = Cell::new([0; 48]);
        let sign = |text: &[u8; 48]| {
            signed.set(*text);
            [0; 64]
        };
        let now = desk.chain.now()?;
        let (what, said) = said.say.read(desk, now)?;
        let signing = said.signed(desk, what, now.plus(within), sign);
        signing.map(|_| signed.get())
    };
    let desk = world.desk("Arranger");
    let (chain, deal, me) = (desk.chain, desk.deal, desk.actor);
    let deadline = chain.now().unwrap().plus(within);
    let to = world.network.account("Treasury").unwrap();
    let token = Permit::from(deal.tranches[deal.sheet.residual()]);
    let allowed = token.call().permit_message(me, to, 12_500_000, deadline);
    let votes = Delegation::from(deal.governance.votes.as_ref().unwrap().electorate);
    let delegated = votes.call().delegation_message(me, to, deadline);
    let governor = desk.governor().unwrap();
    let voted = governor.call().ballot_message(me, proposal, Vote::Against);
    let delegated = chain.read(delegated).unwrap();
    let voted = chain.read(voted).unwrap();
    assert_eq!(
        signed(&desk, &permit).unwrap(),
        chain.read(allowed).unwrap().0
    );
    let liar = Liar(chain);
    let deceived = Desk {
        chain: &liar,
        ..world.desk("Arranger")
    };
    for desk in [&desk, &deceived] {
        assert_eq!(signed(desk, &delegate).unwrap(), delegated);
        assert_eq!(signed(desk, &vote).unwrap(), voted);
    }
    let error = signed(&deceived, &permit).unwrap_err().to_string();
    assert!(
        error.contains("tranche-token/HLC-E wants another text"),
        "{error}"
    );
}

#[test]
fn a_guardian_stops_and_tightens_and_only_the_governor_arms() {
    let network = local();
    let world = World::of("members-only", &network);
    let guardian = world.rehearsal.deal.sheet.guardian.clone();
    for what in ["draws", "withdrawals", "deposits", "purchases"] {
        world.acts(&guardian, &["pause", what, "2 h"]);
        world.acts("Governor", &["arm", what]);
    }
    world.acts("Governor", &["set", "haircut", "12 %", "--of", "BTC"]);
    world.acts("Governor", &["set", "borrow_ltv", "61 %", "--of", "BTC"]);
    let waiting = || {
        world.acts(
            "Keeper",
            &["send", "configurator", "waiting", "Collateral(0)"],
        )
    };
    assert!(waiting().contains("BorrowLtv"), "{}", waiting());
    world.acts("Governor", &["cancel-change", "borrow_ltv", "--of", "BTC"]);
    assert_eq!(waiting(), "[]");
    let error = world.refuses("Keeper", &["set", "timelock", "3 d"]);
    assert!(
        error.contains("configurator refuses: NotPermitted"),
        "{error}"
    );
    assert!(world
        .refuses("Keeper", &["queue", "0x00"])
        .contains("nobody votes in this deal"));
}

#[test]
fn an_originator_names_a_delegate_and_dismisses_him() {
    let network = local();
    let world = World::of("members-only", &network);
    let question = ["send", "collateral-vault", "borrower", "Mining company"];
    world.acts("Mining company", &["name-delegate", "Keeper"]);
    let borrower = world.acts("Keeper", &question);
    assert!(borrower.contains("delegate: Some(Keeper)"), "{borrower}");
    world.acts("Mining company", &["name-delegate"]);
    let borrower = world.acts("Keeper", &question);
    assert!(borrower.contains("delegate: None"), "{borrower}");
}

#[test]
fn feeders_report_by_signature_and_a_late_one_is_refused() {
    let network = local();
    let world = World::of("members-only", &network);
    let feeders = ["Feeder one", "Feeder two"];
    for feeder in feeders {
        world.submits(feeder, &["report", "BTC", "8000.5"]).unwrap();
    }
    let price = world.acts("Keeper", &["send", "oracle-adapter", "price", "0"]);
    assert!(price.contains("price: 8000.5"), "{price}");
    // One of a batch is refused without the chain's taking anything back.
    let error = world
        .submits("Feeder one", &["report", "BTC", "8000.5"])
        .unwrap_err();
    assert!(
        error.to_string().contains("oracle-adapter refuses: [Err("),
        "{error}"
    );
}

#[test]
fn what_is_read_from_words_is_what_typed_calls_send() {
    use interfaces::collateral_vault::{Listing, LoanServicing};
    use interfaces::types::{AssetId, CollateralId};
    let network = local();
    let world = World::of("members-only", &network);
    let deal = &world.rehearsal.deal;
    let listing = Listing {
        token: deal.cash,
        asset: AssetId(3),
    };
    let mut vault = deal.servicing();
    let typed: Message<_> = vault.call_mut().list(CollateralId(2), listing).into();
    let desk = world.desk("Governor");
    let account = |name: &str| desk.account(name);
    let words = ["2", "{ token: \"test-asset/USDX\", asset: 3 }"].map(str::to_owned);
    let written = world
        .book
        .write("collateral-vault", "list", &words, &account)
        .unwrap();
    assert_eq!(written, (typed.contract, typed.input.clone()));
    let shown = world.book.message(typed.contract, &typed.input);
    assert_eq!(
        shown,
        "collateral-vault.list(collateral_type: 2, listing: { token: test-asset/USDX, asset: 3 })"
    );
    let error = world
        .book
        .write("collateral-vault", "list", &words[..1], &account);
    let error = format!("{:#}", error.unwrap_err());
    assert!(
        error.contains("takes (collateral_type: CollateralId, listing: Listing)"),
        "{error}"
    );
}
