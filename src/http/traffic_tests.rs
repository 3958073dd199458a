use super::*;
use std::sync::atomic::{AtomicI64, Ordering};

#[derive(Default)]
struct Hand(AtomicI64);

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        Timestamp::from_nanos(self.0.load(Ordering::Relaxed))
    }
}

impl Hand {
    fn forward(&self, wait: Duration) {
        self.0.fetch_add(i64::try_from(wait.as_nanos()).unwrap(), Ordering::Relaxed);
    }
}

fn desk(limit: RateLimit) -> (Traffic, Arc<Hand>) {
    let clock = Arc::new(Hand::default());
    let limits = HashMap::from([("p".to_owned(), limit)]);
    (Traffic::new(limits, clock.clone()), clock)
}

fn go(ticket: &mut Ticket) -> Option<Pass> {
    match ticket.look() {
        Turn::Go(pass) => Some(pass),
        Turn::Wait(..) => None,
    }
}

fn held(ticket: &mut Ticket) -> (Held, Option<Duration>) {
    match ticket.look() {
        Turn::Go(_) => panic!("it was let go"),
        Turn::Wait(held, wait) => (held, wait),
    }
}

const ANSWERED: Report<'static> = Report::Answered { tokens: None };

#[test]
fn two_runs_have_their_turns() {
    let (traffic, _) = desk(RateLimit { in_flight: Some(1), ..RateLimit::default() });
    let (one, two) = (traffic.join(8), traffic.join(8));
    let mut first: Vec<Ticket> = (0..4).map(|_| one.ask("p", "m", 1)).collect();
    let mut second: Vec<Ticket> = (0..2).map(|_| two.ask("p", "m", 1)).collect();
    let mut order = Vec::new();
    while let Some(pass) = first.iter_mut().chain(&mut second).find_map(go) {
        order.push(pass.party == one.id);
        first.retain(|ticket| ticket.open);
        second.retain(|ticket| ticket.open);
        pass.end(&ANSWERED, None);
    }
    assert_eq!(order, [true, false, true, false, true, true]);
}

#[test]
fn a_model_that_waits_holds_nobody_else_back() {
    let (traffic, clock) = desk(RateLimit { in_flight: Some(2), ..RateLimit::default() });
    let run = traffic.join(2);
    let pass = go(&mut run.ask("p", "busy", 1)).unwrap();
    pass.end(&Report::Busy { wait: Some(Duration::from_secs(20)) }, None);
    let mut again = run.ask("p", "busy", 1);
    assert_eq!(held(&mut again), (Held::Told, Some(Duration::from_secs(20))));
    let mut other = run.ask("p", "other", 1);
    let pass = go(&mut other).unwrap();
    assert_eq!(traffic.standing("p").in_flight, 1);
    drop(pass);
    clock.forward(Duration::from_secs(20));
    assert!(go(&mut again).is_some());
}

#[test]
fn a_provider_that_does_not_answer_leaves_places_for_the_others() {
    let (traffic, _) = desk(RateLimit::default());
    let run = traffic.join(8);
    run.expect("slow", "m", 100);
    run.expect("p", "m", 2);
    let mut slow: Vec<Ticket> = (0..20).map(|_| run.ask("slow", "m", 1)).collect();
    let in_flight: Vec<Pass> = slow.iter_mut().filter_map(go).collect();
    assert_eq!(in_flight.len(), 4);
    assert!(go(&mut run.ask("p", "m", 1)).is_some());
    run.done("p");
    run.done("p");
    let more: Vec<Pass> = slow.iter_mut().filter(|ticket| ticket.open).filter_map(go).collect();
    assert_eq!(in_flight.len() + more.len(), 8);
}

#[test]
fn fewer_places_while_it_runs_and_more_again() {
    let (traffic, _) = desk(RateLimit::default());
    let run = traffic.join(2);
    let passes: Vec<Pass> = (0..2).map(|_| go(&mut run.ask("p", "m", 1)).unwrap()).collect();
    let mut waiting = run.ask("p", "m", 1);
    assert_eq!(held(&mut waiting), (Held::InFlight, None));
    run.set_places(1);
    let mut passes = passes.into_iter();
    drop(passes.next());
    assert!(go(&mut waiting).is_none());
    run.set_places(2);
    assert!(go(&mut waiting).is_some());
}

#[test]
fn a_refusal_for_load_halves_what_may_be_in_flight() {
    let (traffic, _) = desk(RateLimit { in_flight: Some(8), ..RateLimit::default() });
    let run = traffic.join(16);
    let mut passes: Vec<Pass> = (0..8).map(|_| go(&mut run.ask("p", "m", 1)).unwrap()).collect();
    let busy = Report::Broken { why: "529", wait: None, load: Load::Over };
    for pass in passes.drain(..4) {
        pass.end(&busy, None);
    }
    assert_eq!(traffic.standing("p"), Standing { in_flight: 4, places: Some(4) });
    for pass in passes {
        pass.end(&ANSWERED, None);
    }
    assert_eq!(traffic.standing("p").places, Some(4));
}

#[test]
fn the_breaker_is_seen_and_one_call_is_tried() {
    let (traffic, clock) = desk(RateLimit::default());
    let (run, mut changes) = (traffic.join(8), traffic.changes());
    for _ in 0..5 {
        let pass = go(&mut run.ask("p", "m", 1)).unwrap();
        pass.end(&Report::Broken { why: "down", wait: None, load: Load::Other }, None);
    }
    assert!(changes.has_changed().unwrap());
    changes.mark_unchanged();
    let until = clock.now().plus(Duration::from_secs(30));
    assert_eq!(traffic.circuit("p", "m"), Circuit::Open { until, why: "down".into() });
    let mut tickets: Vec<Ticket> = (0..3).map(|_| run.ask("p", "m", 1)).collect();
    assert_eq!(held(&mut tickets[0]), (Held::Circuit, Some(Duration::from_secs(30))));
    clock.forward(Duration::from_secs(30));
    let probes: Vec<Pass> = tickets.iter_mut().filter_map(go).collect();
    assert_eq!((probes.len(), changes.has_changed().unwrap()), (1, true));
    assert_eq!(traffic.circuit("p", "m"), Circuit::HalfOpen { why: "down".into() });
    for probe in probes {
        probe.end(&ANSWERED, None);
    }
    assert_eq!(tickets.iter_mut().filter(|ticket| ticket.open).filter_map(go).count(), 2);
}

#[test]
fn headers_teach_how_long_to_wait() {
    let (traffic, clock) = desk(RateLimit::default());
    let run = traffic.join(8);
    let pass = go(&mut run.ask("p", "m", 100)).unwrap();
    let tokens = super::super::Remaining { limit: Some(1_000), left: 100, full_in: Duration::from_secs(90) };
    let signal = RateSignal { tokens: Some(tokens), ..RateSignal::default() };
    pass.end(&ANSWERED, Some(&signal));
    assert!(go(&mut run.ask("p", "m", 100)).is_some());
    let mut next = run.ask("p", "m", 100);
    assert_eq!(held(&mut next), (Held::Taught, Some(Duration::from_secs(10))));
    clock.forward(Duration::from_secs(10));
    assert!(go(&mut next).is_some());
}

#[test]
fn what_was_not_sent_uses_nothing_up() {
    let (traffic, _) = desk(RateLimit { requests: Some(1), ..RateLimit::default() });
    let run = traffic.join(8);
    let pass = go(&mut run.ask("p", "m", 1)).unwrap();
    pass.end(&Report::Unsent, None);
    let mut dropped = run.ask("p", "m", 1);
    let mut next = run.ask("p", "m", 1);
    assert_eq!(held(&mut next), (Held::Minute, Some(Duration::from_mins(1))));
    // It was let go and never looked again.
    assert!(dropped.open);
    drop(std::mem::replace(&mut dropped, run.ask("p", "other", 1)));
    assert!(go(&mut next).is_some());
}

#[tokio::test]
async fn who_waits_is_woken() {
    let (traffic, _) = desk(RateLimit { in_flight: Some(1), ..RateLimit::default() });
    let run = traffic.join(8);
    let pass = go(&mut run.ask("p", "m", 1)).unwrap();
    let mut next = run.ask("p", "m", 1);
    assert!(go(&mut next).is_none());
    drop(pass);
    tokio::time::timeout(Duration::from_secs(10), next.changed()).await.unwrap();
    assert!(go(&mut next).is_some());
}

#[tokio::test]
async fn who_has_to_wait_for_a_time_is_told_so() {
    let (traffic, _) = desk(RateLimit { in_flight: Some(1), ..RateLimit::default() });
    let run = traffic.join(8);
    let pass = go(&mut run.ask("p", "m", 1)).unwrap();
    let mut next = run.ask("p", "m", 1);
    assert_eq!(held(&mut next), (Held::InFlight, None));
    pass.end(&Report::Busy { wait: Some(Duration::from_secs(5)) }, None);
    tokio::time::timeout(Duration::from_secs(10), next.changed()).await.unwrap();
    assert_eq!(held(&mut next), (Held::Told, Some(Duration::from_secs(5))));
}
