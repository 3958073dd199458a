//! Words that change what a sentence claims: negation, quantifiers, duty and leave, conditions, causes, opposites.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::stems::hash;

/// What a word does to a claim, as bits that can be joined.
pub(super) mod sense {
    /// `not`, `without`.
    pub(in super::super) const NEGATION: u32 = 1;
    /// `all`, `always`, `every`.
    pub(in super::super) const UNIVERSAL: u32 = 1 << 1;
    /// `only`, `exclusively`.
    pub(in super::super) const ONLY: u32 = 1 << 2;
    /// `some`, `often`.
    pub(in super::super) const SOME: u32 = 1 << 3;
    /// `must`, `required`.
    pub(in super::super) const DUTY: u32 = 1 << 4;
    /// `may`, `can`, `optional`.
    pub(in super::super) const LEAVE: u32 = 1 << 5;
    /// `should`, `recommended`.
    pub(in super::super) const ADVICE: u32 = 1 << 6;
    /// `if`, `unless`, `provided`.
    pub(in super::super) const CONDITION: u32 = 1 << 7;
    /// `because`, `due`.
    pub(in super::super) const CAUSE: u32 = 1 << 8;
    /// `superseded`, `outdated`, `former`.
    pub(in super::super) const STALE: u32 = 1 << 9;
    /// `and`, `but`, `while`: a clause may end before it.
    pub(in super::super) const JOINT: u32 = 1 << 10;
    /// Says no by its meaning: `excluded`, `forbidden`, `free`.
    pub(in super::super) const DENIAL: u32 = 1 << 11;
    /// The writer itself: `I`, `me`.
    pub(in super::super) const WRITER: u32 = 1 << 12;
    /// The reader: `you`, `your`.
    pub(in super::super) const READER: u32 = 1 << 13;
    /// Politeness: `please`, `hope`, `sorry`, `happy`.
    pub(in super::super) const COURTESY: u32 = 1 << 14;
    /// Talk about the sources: `documents`, `mention`, `provided`.
    pub(in super::super) const SOURCE: u32 = 1 << 15;
    /// `at least`, `minimum`, `from`: a lower bound.
    pub(in super::super) const LEAST: u32 = 1 << 16;
    /// `up to`, `maximum`, `within`: an upper bound.
    pub(in super::super) const MOST: u32 = 1 << 17;
    /// `total`, `altogether`, `each`: a number that may be computed.
    pub(in super::super) const SUM: u32 = 1 << 18;
    /// `yes`.
    pub(in super::super) const YES: u32 = 1 << 19;
    /// `no` as an answer.
    pub(in super::super) const NO: u32 = 1 << 20;
    /// A word of another language than English that hardly is an English one.
    pub(in super::super) const FOREIGN: u32 = 1 << 21;
    /// `however`, `also`: leads on and claims nothing.
    pub(in super::super) const LINK: u32 = 1 << 22;
    /// `might`, `probably`: said with reserve.
    pub(in super::super) const HEDGE: u32 = 1 << 23;
    /// `half`, `quarter`, `double`: a share or a multiple.
    pub(in super::super) const SHARE: u32 = 1 << 24;
    /// What follows is left out: unless, except, only if.
    pub(in super::super) const EXCEPTION: u32 = 1 << 26;
    /// The number that follows is rounded: about, nearly.
    pub(in super::super) const ROUNDED: u32 = 1 << 25;
}

/// Words by sense; English, with the commonest German, French and Spanish ones.
const SENSES: &[(u32, &str)] = &[
    (
        sense::NEGATION,
        "not no never neither nor none nothing nobody nowhere cannot can't don't doesn't didn't isn't aren't won't wasn't \
         weren't haven't hasn't hadn't couldn't shouldn't wouldn't mustn't needn't without unable hardly n't nicht kein \
         keine keinen keiner keinem nie niemals ohne weder pas aucun aucune jamais sans rien ni ningún ninguna sin nunca \
         nada tampoco non",
    ),
    (
        sense::UNIVERSAL,
        "all every always any each never entire whole everyone everybody everything anyone anybody anything none nobody \
         nothing both fully completely entirely totally alle alles immer jeder jede jedes tous toutes toujours chaque \
         todo todos toda todas siempre cada guaranteed unlimited unconditionally regardless whatever whenever wherever",
    ),
    (
        sense::ONLY,
        "only just solely exclusively alone merely nur ausschließlich seulement uniquement solo sólo solamente",
    ),
    (
        sense::SOME,
        "some sometimes most many often usually few several partly partially mostly typically generally occasionally \
         rarely manche meistens oft parfois souvent algunos a-veces",
    ),
    (
        sense::DUTY,
        "must shall required require requires need needs needed mandatory obliged obligatory compulsory necessary have-to \
         has-to essential muss müssen soll doit doivent debe deben tiene-que hay-que obligatoire obligatorio",
    ),
    (
        sense::LEAVE,
        "may can could allowed allow allows permitted permit permits optional possible option optionally free-to able \
         darf dürfen kann können peut peuvent puede pueden möglich posible",
    ),
    (
        sense::ADVICE,
        "should recommended recommend recommends advised advise advises suggest suggested ought sollte sollten devrait debería",
    ),
    (
        sense::CONDITION,
        "if unless except provided when until once after before while during where subject depending as-long-as apart \
         otherwise wenn falls sofern außer bis bevor nach si sauf quand lorsque après avant cuando salvo excepto hasta \
         whenever upon requires condition conditions eligible",
    ),
    (
        sense::CAUSE,
        "because since due reason reasons caused causes thanks therefore hence owing result so-that weil denn deshalb car parce porque debido why",
    ),
    (
        sense::STALE,
        "superseded replaced outdated deprecated obsolete formerly former previous previously archived withdrawn old \
         historic historical veraltet früher ancien anciennement antiguo draft legacy expired",
    ),
    (
        sense::JOINT,
        "and or but while whereas although though which who so then however yet und oder aber sondern wobei et ou mais \
         donc tandis y o pero mientras because since if unless when",
    ),
    (
        sense::DENIAL,
        "excluded exclude excludes except exempt exempted forbidden prohibited refused denied deny denies rejected \
         impossible prevents prevent blocked disabled unavailable unsupported waived waive lost lacks lack lacking \
         missing ineligible invalid void removed dropped refuse ends ended ausgeschlossen verboten interdit exclu \
         prohibido excluido unlike fails failed stops stopped closed instead avoid banned off",
    ),
    (sense::WRITER, "i i'm i'd i'll i've me my myself ich je yo"),
    (
        sense::READER,
        "you your yours yourself you'll you're you've you'd sie ihr ihre ihnen vous votre vos usted su sus",
    ),
    (
        sense::COURTESY,
        "please hope sorry happy glad welcome thanks thank apologise apologize apologies congratulations enjoy luck \
         hello hi dear sure certainly feel assist bitte danke gern gerne merci désolé gracias siento bonjour hallo hola \
         let help wish best regards cheers journey pleasure question questions ask anything else further know",
    ),
    (
        sense::SOURCE,
        "document documents documentation context information source sources article articles excerpt excerpts passage \
         passages mention mentions mentioned mentioning specify specifies specified state states stated say says said \
         find found provided given contain contains describe describes cover covers unclear unknown text texts \
         unterlagen dokument dokumente documentos documento texte textes materials material detail details answer",
    ),
    (
        sense::LEAST,
        "least minimum min from over above exceed exceeds exceeding beyond longer older later mindestens minimal mínimo moins ab dès desde more",
    ),
    (
        sense::MOST,
        "most maximum max up within under below latest limit limited until by höchstens maximal máximo plus bis hasta less younger earlier fewer",
    ),
    (
        sense::SUM,
        "total altogether together sum each per overall combined equals amounts makes comes works insgesamt zusammen total équivaut summe difference more less extra left remaining additional so gives give take takes need",
    ),
    (sense::YES, "yes ja oui sí yep correct right はい"),
    (sense::NO, "no nein non nope いいえ"),
    (
        sense::FOREIGN,
        "der die das und ist ein eine einen nicht mit für auf den dem von zu im wird werden le la les des est une un du \
         pour que qui dans vous avec el los las es una del para con por se su al lo être il elle sont",
    ),
    (
        sense::LINK,
        "however additionally also therefore moreover furthermore finally firstly secondly next note overall summary short brief here below following",
    ),
    (
        sense::HEDGE,
        "might could probably perhaps likely maybe possibly seems appear appears presumably vielleicht peut-être quizás roughly approximately",
    ),
    (
        sense::EXCEPTION,
        "unless except excepting excluding apart provided but not only although außer ausgenommen sofern nur sauf excepto \
         salvo tenzij behalve chyba eccetto",
    ),
    (
        sense::ROUNDED,
        "about around roughly approximately nearly almost approx circa ca some over under more less than well just \
         ungefähr etwa rund knapp gut fast über environ presque près unos casi alrededor circa ongeveer bijna około",
    ),
    (
        sense::SHARE,
        "half quarter third thirds quarters double twice triple twofold threefold doubled tripled halved hälfte doppelt moitié double mitad doble",
    ),
];

/// Words that mean the opposite of each other: one takes the place of the other only in a contradiction.
const OPPOSITES: &str = "before/after first/last more/less more/fewer above/below over/under minimum/maximum least/most \
    increase/decrease increase/reduce rise/fall raise/lower higher/lower morning/evening day/night inclusive/exclusive \
    include/exclude included/excluded included/excluding on/off open/closed open/close allowed/forbidden \
    allowed/prohibited permitted/prohibited enable/disable enabled/disabled free/paid early/late earlier/later \
    longer/shorter long/short weekly/monthly monthly/yearly daily/weekly daily/monthly weekly/yearly left/right hot/cold \
    warm/cold warm/cool supported/unsupported required/optional mandatory/optional mandatory/voluntary empty/full \
    with/without upper/lower employer/employee accept/reject accepted/rejected approve/reject approved/rejected \
    buy/sell add/remove added/removed start/end begin/end start/stop start/finish arrival/departure arrive/depart \
    import/export upload/download encrypt/decrypt lock/unlock locked/unlocked public/private internal/external \
    inside/outside indoor/outdoor domestic/foreign domestic/international national/international single/double \
    single/married old/new older/newer older/younger young/old child/adult children/adults minor/adult husband/wife \
    buyer/seller tenant/landlord lender/borrower debit/credit income/expense profit/loss gain/lose win/lose \
    positive/negative plus/minus wet/dry clean/dirty heavy/light thick/thin wide/narrow deep/shallow fast/slow \
    faster/slower quick/slow quickly/slowly hard/soft strong/weak easy/difficult simple/complex safe/dangerous \
    safe/unsafe valid/invalid legal/illegal visible/hidden show/hide shown/hidden manual/automatic manually/automatically \
    temporary/permanent temporarily/permanently ascending/descending newest/oldest largest/smallest biggest/smallest \
    highest/lowest maximum/least top/bottom front/back up/down upward/downward upwards/downwards sunrise/sunset \
    summer/winter spring/autumn north/south east/west weekday/weekend present/absent success/failure succeed/fail \
    pass/fail attach/detach connect/disconnect connected/disconnected online/offline send/receive sender/recipient \
    push/pull give/take borrow/lend cheap/expensive cheaper/dearer rich/poor common/rare frequent/rare common/uncommon \
    usual/unusual possible/impossible known/unknown same/different similar/different equal/unequal simultaneously/separately \
    together/separately alone/together raw/cooked boil/freeze melt/freeze fresh/frozen sweet/sour covered/uncovered \
    covered/excluded insured/uninsured liable/exempt taxable/exempt gross/net fixed/variable constant/variable \
    refundable/nonrefundable reversible/irreversible renewable/nonrenewable read/write synchronous/asynchronous \
    mutable/immutable optional/compulsory voluntary/compulsory horizontal/vertical clockwise/anticlockwise \
    green/red green/orange red/orange red/yellow green/yellow blue/red blue/green black/white white/brown \
    monday/tuesday tuesday/wednesday wednesday/thursday thursday/friday friday/saturday saturday/sunday monday/friday \
    keep/delete kept/deleted stay/leave stays/leaves remain/change preserve/discard";

/// What the tables say of one word.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Entry {
    /// Its senses, joined.
    pub(super) senses: u32,
}

/// The word lists, ready to be looked up.
pub(super) struct Lexicon {
    entries: HashMap<u64, Entry, super::stems::Ready>,
    opposites: HashMap<u64, Vec<u64>, super::stems::Ready>,
}

impl Lexicon {
    /// The one lexicon.
    pub(super) fn get() -> &'static Self {
        static LEXICON: OnceLock<Lexicon> = OnceLock::new();
        LEXICON.get_or_init(Self::build)
    }

    fn build() -> Self {
        let mut entries: HashMap<u64, Entry, super::stems::Ready> = HashMap::default();
        for (sense, words) in SENSES {
            for word in words.split_whitespace() {
                entries.entry(hash(word)).or_default().senses |= sense;
            }
        }
        let mut opposites: HashMap<u64, Vec<u64>, super::stems::Ready> = HashMap::default();
        for pair in OPPOSITES.split_whitespace() {
            if let Some((one, other)) = pair.split_once('/') {
                opposites.entry(hash(one)).or_default().push(hash(other));
                opposites.entry(hash(other)).or_default().push(hash(one));
            }
        }
        Self { entries, opposites }
    }

    /// The senses of a lower-case word, given by its hash; 0 where it has none.
    pub(super) fn senses(&self, word: u64) -> u32 {
        self.entries.get(&word).map_or(0, |entry| entry.senses)
    }

    /// The hashes of the words that mean the opposite.
    pub(super) fn opposites(&self, word: u64) -> &[u64] {
        self.opposites.get(&word).map_or(&[], Vec::as_slice)
    }
}
