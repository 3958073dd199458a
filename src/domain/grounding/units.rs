//! Kinds of quantities, and the words for numbers, units and months.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::stems::{Ready, hash};

/// What a number counts or measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Without a unit.
    Plain,
    /// A duration, in seconds.
    Seconds,
    /// A duration, in months.
    Months,
    /// Money, in whatever currency.
    Money,
    /// A share, in per cent.
    Percent,
    /// Data, in bytes.
    Bytes,
    /// Mass, in grams.
    Grams,
    /// Volume, in litres.
    Litres,
    /// Length, in metres.
    Metres,
    /// Temperature, in degrees.
    Degrees,
    /// Power, tension, frequency and so on, in a unit of its own.
    Other(u32),
    /// A time of day, in minutes since midnight.
    Clock,
    /// A date: year times 10,000 and month times 100 and day, 0 for what is not said.
    Date,
    /// A version: numbers with two points or more; its value is a hash.
    Version,
    /// A place in an order: `third`.
    Ordinal,
}

/// What a word says of numbers.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Numeral {
    /// Its value: `seven`.
    pub(super) value: Option<f64>,
    /// What it multiplies by: `hundred`, `million`.
    pub(super) times: Option<f64>,
    /// The unit that it is, and the factor to the base of its kind.
    pub(super) unit: Option<(Kind, f64)>,
    /// The month, from 1.
    pub(super) month: Option<u8>,
    /// The place in an order.
    pub(super) ordinal: Option<f64>,
}

/// Words without a value of their own that a quantity may start with.
const STARTS: &str = "noon midday midnight half halben halbe quarter twice zweimal second hourly daily weekly monthly \
    quarterly yearly annually annual a an per each every pro par";

const VALUES: &[(f64, &str)] = &[
    (0.0, "zero null zéro cero"),
    (1.0, "one single ein eine einen einem eines un une uno una"),
    (2.0, "two zwei deux dos couple pair"),
    (3.0, "three drei trois tres"),
    (4.0, "four vier quatre cuatro"),
    (5.0, "five fünf cinq cinco"),
    (6.0, "six sechs seis"),
    (7.0, "seven sieben sept siete"),
    (8.0, "eight acht huit ocho"),
    (9.0, "nine neun neuf nueve"),
    (10.0, "ten zehn dix diez"),
    (11.0, "eleven elf onze once-es"),
    (12.0, "twelve dozen zwölf douze doce dutzend douzaine docena"),
    (13.0, "thirteen dreizehn treize trece"),
    (14.0, "fourteen vierzehn quatorze catorce"),
    (15.0, "fifteen fünfzehn quinze quince"),
    (16.0, "sixteen sechzehn seize dieciséis"),
    (17.0, "seventeen siebzehn"),
    (18.0, "eighteen achtzehn dieciocho"),
    (19.0, "nineteen neunzehn"),
    (20.0, "twenty score zwanzig vingt veinte"),
    (30.0, "thirty dreißig trente treinta"),
    (40.0, "forty vierzig quarante cuarenta"),
    (50.0, "fifty fünfzig cinquante cincuenta"),
    (60.0, "sixty sechzig soixante sesenta"),
    (70.0, "seventy siebzig setenta"),
    (80.0, "eighty achtzig ochenta"),
    (90.0, "ninety neunzig noventa"),
];

const TIMES: &[(f64, &str)] = &[
    (100.0, "hundred hundert cent cien ciento"),
    (1e3, "thousand k tausend mille mil"),
    (1e6, "million millions million millionen millones mio"),
    (1e9, "billion billions milliarde milliarden milliard"),
];

const ORDINALS: &[(f64, &str)] = &[
    (1.0, "first 1st erste ersten erster premier première primera primero"),
    (2.0, "second-nd 2nd zweite zweiten deuxième segunda segundo"),
    (3.0, "third 3rd dritte dritten troisième tercera tercero"),
    (4.0, "fourth 4th vierte vierten quatrième cuarta"),
    (5.0, "fifth 5th fünfte cinquième quinta"),
    (6.0, "sixth 6th"),
    (7.0, "seventh 7th"),
    (8.0, "eighth 8th"),
    (9.0, "ninth 9th"),
    (10.0, "tenth 10th"),
    (12.0, "twelfth 12th"),
];

const UNITS: &[(Kind, f64, &str)] = &[
    (Kind::Seconds, 1.0, "s sec secs second seconds sekunde sekunden secondes segundo segundos"),
    (Kind::Seconds, 0.001, "ms millisecond milliseconds"),
    (Kind::Seconds, 60.0, "min mins minute minutes minuten minuto minutos"),
    (Kind::Seconds, 3_600.0, "h hr hrs hour hours stunde stunden heure heures hora horas"),
    (Kind::Seconds, 86_400.0, "d day days tag tage tagen jour jours día días nights night"),
    (Kind::Seconds, 604_800.0, "week weeks wk wks woche wochen semaine semaines semana semanas"),
    (Kind::Seconds, 1_209_600.0, "fortnight fortnights"),
    (Kind::Months, 1.0, "month months mo monat monate monaten mois mes meses"),
    (Kind::Months, 3.0, "quarters trimester"),
    (Kind::Months, 12.0, "year years yr yrs jahr jahre jahren an ans année années año años"),
    (Kind::Months, 120.0, "decade decades"),
    (
        Kind::Money,
        1.0,
        "dollar dollars euro euros eur usd gbp chf pound pounds crown crowns franc francs franken kronen yen rupee rupees \
         krona kroner peso pesos sterling sek nok dkk jpy inr pln cad aud zloty złoty zł reais yuan ruble rubles won dinar \
         dinars shekel shekels",
    ),
    (Kind::Money, 0.01, "cent cents pence centimes céntimos"),
    (Kind::Percent, 1.0, "percent percentage prozent"),
    (Kind::Bytes, 1.0, "byte bytes"),
    (Kind::Bytes, 1e3, "kb kilobyte kilobytes kib"),
    (Kind::Bytes, 1e6, "mb megabyte megabytes mib"),
    (Kind::Bytes, 1e9, "gb gigabyte gigabytes gib gigs"),
    (Kind::Bytes, 1e12, "tb terabyte terabytes tib"),
    (Kind::Grams, 1.0, "g gram grams gramme gramm grammes gramos"),
    (Kind::Grams, 1e3, "kg kilo kilos kilogram kilograms kilogramm"),
    (Kind::Grams, 1e-3, "mg milligram milligrams"),
    (Kind::Grams, 1e-6, "µg mcg microgram micrograms"),
    (Kind::Grams, 1e6, "tonne tonnes tonnen"),
    (Kind::Grams, 453.592_37, "lb lbs"),
    (Kind::Grams, 28.349_523, "oz ounce ounces"),
    (Kind::Litres, 1.0, "l litre litres liter liters litro litros"),
    (Kind::Litres, 1e-3, "ml millilitre millilitres milliliter milliliters"),
    (Kind::Litres, 1e-2, "cl centilitre"),
    (Kind::Litres, 0.1, "dl decilitre decilitres"),
    (Kind::Litres, 3.785_412, "gallon gallons"),
    (Kind::Litres, 0.473_176, "pint pints"),
    (Kind::Metres, 1.0, "m metre metres meter meters metros"),
    (Kind::Metres, 1e3, "km kilometre kilometres kilometer kilometers kilomètres"),
    (Kind::Metres, 1e-2, "cm centimetre centimetres centimeter centimeters"),
    (Kind::Metres, 1e-3, "mm millimetre millimetres millimeter millimeters"),
    (Kind::Metres, 0.0254, "inch inches"),
    (Kind::Metres, 0.3048, "foot feet ft"),
    (Kind::Metres, 1_609.344, "mile miles"),
    (Kind::Metres, 0.9144, "yards"),
    (Kind::Metres, 1e-6, "µm micrometre micrometres micron microns"),
    (Kind::Metres, 1e-9, "nm nanometre nanometres nanometer nanometers"),
    (Kind::Degrees, 1.0, "celsius °c degrees degree grad"),
    (Kind::Other(1), 1.0, "w watt watts"),
    (Kind::Other(1), 1e3, "kw kilowatt kilowatts"),
    (Kind::Other(2), 1.0, "v volt volts"),
    (Kind::Other(3), 1.0, "hz hertz"),
    (Kind::Other(3), 1e6, "mhz"),
    (Kind::Other(3), 1e9, "ghz"),
    (Kind::Other(4), 1.0, "dpi"),
    (Kind::Other(5), 1.0, "db decibel decibels"),
    (Kind::Other(6), 1.0, "kwh"),
    (Kind::Other(7), 1.0, "mbps mbit"),
    (Kind::Other(7), 1e3, "gbps gbit"),
    (Kind::Other(7), 1e-3, "kbps kbit"),
    (Kind::Other(8), 1.0, "bar bars"),
    (Kind::Other(8), 0.068_947_6, "psi"),
    (Kind::Other(8), 0.01, "kpa kilopascal kilopascals"),
    (Kind::Other(8), 0.001, "hpa mbar millibar"),
    (Kind::Other(11), 1.0, "hectare hectares ha hektar"),
    (Kind::Other(11), 0.404_686, "acre acres"),
    (Kind::Other(12), 1.0, "rpm"),
    (Kind::Other(13), 1.0, "tablespoon tablespoons tbsp"),
    (Kind::Other(13), 1.0 / 3.0, "teaspoon teaspoons tsp"),
    (Kind::Other(14), 1.0, "lux"),
    (Kind::Other(15), 1.0, "lumen lumens lm"),
    (Kind::Other(16), 1.0, "ppm"),
    (Kind::Other(17), 1.0, "amp amps ampere amperes"),
    (Kind::Other(18), 1.0, "ohm ohms"),
    (Kind::Other(19), 1.0, "newton newtons"),
    (Kind::Other(6), 1e3, "mwh"),
    (Kind::Other(1), 1e6, "mw megawatt megawatts"),
    (Kind::Other(3), 1e3, "khz kilohertz"),
    (Kind::Other(9), 1.0, "mah"),
    (Kind::Other(10), 1.0, "kcal calories"),
];

const MONTHS: [&str; 12] = [
    "january jan januar janvier enero",
    "february feb februar février febrero",
    "march mar märz mars marzo",
    "april apr avril abril",
    "may-m mai mayo",
    "june jun juni juin junio",
    "july jul juli juillet julio",
    "august aug août agosto",
    "september sep sept-m septembre septiembre",
    "october oct oktober octobre octubre",
    "november nov novembre noviembre",
    "december dec dezember décembre diciembre",
];

/// What the tables say of a lower-case word, given by its hash.
pub(super) fn numeral(word: u64) -> Option<&'static Numeral> {
    static TABLE: OnceLock<HashMap<u64, Numeral, Ready>> = OnceLock::new();
    TABLE.get_or_init(build).get(&word)
}

fn build() -> HashMap<u64, Numeral, Ready> {
    let mut table: HashMap<u64, Numeral, Ready> = HashMap::default();
    for (value, words) in VALUES {
        for word in words.split_whitespace() {
            table.entry(hash(word)).or_default().value = Some(*value);
        }
    }
    for (times, words) in TIMES {
        for word in words.split_whitespace() {
            table.entry(hash(word)).or_default().times = Some(*times);
        }
    }
    for (place, words) in ORDINALS {
        for word in words.split_whitespace() {
            table.entry(hash(word)).or_default().ordinal = Some(*place);
        }
    }
    for (kind, factor, words) in UNITS {
        for word in words.split_whitespace() {
            table.entry(hash(word)).or_default().unit = Some((*kind, *factor));
        }
    }
    for (words, month) in MONTHS.iter().zip(1..) {
        for word in words.split_whitespace() {
            table.entry(hash(word)).or_default().month = Some(month);
        }
    }
    for word in STARTS.split_whitespace() {
        table.entry(hash(word)).or_default();
    }
    // `may` is a month only with a capital letter; the reader of quantities sees to that.
    table.entry(hash("may")).or_default().month = Some(5);
    table
}

/// Currencies, each with its signs and words; a cent may be one of several, and so is none of them.
const CURRENCIES: &[&str] = &[
    "$ dollar dollars usd",
    "€ euro euros eur",
    "£ pound pounds gbp sterling pence",
    "¥ ￥ yen jpy 円",
    "crown crowns kronen krona kroner sek nok dkk",
    "franc francs franken chf",
    "₹ rupee rupees inr",
    "peso pesos",
    "zloty złoty zł pln",
    "yuan 元",
];

/// The currency that a word or sign names: its number, from 1.
pub(super) fn currency(word: &str) -> Option<u8> {
    let lower = word.to_lowercase();
    CURRENCIES.iter().zip(1..).find(|(words, _)| words.split(' ').any(|known| known == lower)).map(|(_, number)| number)
}

/// The unit that a sign stands for.
pub(super) fn sign(c: char) -> Option<(Kind, f64)> {
    match c {
        '%' | '％' => Some((Kind::Percent, 1.0)),
        '€' | '$' | '£' | '¥' | '₹' | '￥' => Some((Kind::Money, 1.0)),
        '¢' => Some((Kind::Money, 0.01)),
        '°' => Some((Kind::Degrees, 1.0)),
        _ => None,
    }
}

/// The unit in a script without spaces that stands right after a number: `14日間`.
pub(super) fn spaceless_unit(rest: &str) -> Option<(Kind, f64)> {
    const SIGNS: &[(&str, Kind, f64)] = &[
        ("ヶ月", Kind::Months, 1.0),
        ("か月", Kind::Months, 1.0),
        ("カ月", Kind::Months, 1.0),
        ("个月", Kind::Months, 1.0),
        ("時間", Kind::Seconds, 3_600.0),
        ("小时", Kind::Seconds, 3_600.0),
        ("分", Kind::Seconds, 60.0),
        ("秒", Kind::Seconds, 1.0),
        ("週", Kind::Seconds, 604_800.0),
        ("周", Kind::Seconds, 604_800.0),
        ("日", Kind::Seconds, 86_400.0),
        ("天", Kind::Seconds, 86_400.0),
        ("年", Kind::Months, 12.0),
        ("円", Kind::Money, 1.0),
        ("元", Kind::Money, 1.0),
        ("ユーロ", Kind::Money, 1.0),
        ("ドル", Kind::Money, 1.0),
        ("クローネ", Kind::Money, 1.0),
        ("パーセント", Kind::Percent, 1.0),
    ];
    SIGNS.iter().find(|(text, _, _)| rest.starts_with(text)).map(|(_, kind, factor)| (*kind, *factor))
}
