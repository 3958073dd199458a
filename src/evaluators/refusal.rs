//! `refusal`: the answer declines to answer.

use std::sync::LazyLock;

use super::evaluator::{Evaluator, Kind, Score, Subject};
use crate::domain::sentences::sentences;
use crate::domain::statistics::Better;

/// Sentences at the beginning that are looked at: a refusal comes first.
const FIRST_SENTENCES: usize = 3;

/// Reasons to stop that providers give where a filter or the model itself refused.
const REASONS: [&str; 6] =
    ["content_filter", "refusal", "safety", "prohibited_content", "guardrail_intervened", "blocklist"];

/// What may stand before the words of a refusal in the same sentence.
const OPENERS: &str = r"(?:(?:(?:i['’]?m|i am|we['’]?re|we are) (?:(?:really|very|so|terribly) )?(?:sorry|afraid)|sorry|apologies|(?:my|our) apologies|i apologi[sz]e|we apologi[sz]e|unfortunately|regrettably|as an ai(?: language)?(?: model| assistant)?|as a language model|thank you for (?:asking|your question|your message)|i understand(?: your (?:concern|frustration|request))?|es tut mir(?: sehr)? leid|tut mir leid|leider|entschuldigung|als (?:ki|sprachmodell|ki-sprachmodell|ki-modell)|je suis (?:vraiment )?désolée?|désolée?|malheureusement|en tant qu['’]ia|lo siento(?: mucho)?|lamentablemente|desafortunadamente|como (?:ia|modelo de lenguaje)|mi dispiace|purtroppo|spiacente|sinto muito|desculpe|infelizmente|lamento|het spijt me|sorry|helaas|jag beklagar|tyvärr|przepraszam|przykro mi|niestety|izvini|простите|извините|к сожалению)[,.!:;]*\s*(?:,?\s*(?:but|that|however|aber|dass|doch|mais|pero|ma|maar|mas|men|ale|но)\b,?\s*)?)*";

/// A language and how its refusals begin. Each ends in a verb of answering, so that `I can't stress enough` is none.
///
/// The lists are short on purpose: a refusal in other words is missed rather than an answer taken for one.
const PHRASES: &[(&str, &[&str])] = &[
    (
        "en",
        &[
            r"(?:i|we) (?:can ?not|can['’]?t|won['’]?t|will not|am not able to|are not able to|am unable to|are unable to|could not|couldn['’]?t) (?:\w+ly )?(?:help|assist|answer|provide|comply|fulfil|fulfill|share|give|discuss|create|generate|write|support|engage|continue|process|complete|respond|offer|disclose|reveal|do that|do this|advise|recommend any|participate|produce|facilitate)\b",
            r"(?:i['’]?m|i am|we['’]?re|we are) (?:not able|unable|not allowed|not permitted) to (?:\w+ly )?(?:help|assist|answer|provide|comply|fulfil|fulfill|share|give|discuss|create|generate|write|support|engage|continue|process|complete|respond|offer|disclose|reveal|do that|do this|advise|participate|produce|facilitate)\b",
            r"(?:i|we) (?:must|have to|need to) (?:respectfully |politely )?(?:decline|refuse)\b",
            r"(?:i|we) (?:respectfully |politely )?(?:decline|refuse) to\b",
            r"(?:i['’]?m|i am) not comfortable (?:with )?(?:helping|assisting|answering|providing|discussing|writing|sharing|generating)\b",
            r"(?:this|that|your) (?:request|question) (?:is (?:not allowed|against)|goes against|violates)\b",
            r"it (?:would be|is) (?:inappropriate|unethical|against my (?:guidelines|policy|programming)) (?:for me )?to\b",
        ],
    ),
    (
        "de",
        &[
            r"(?:ich|wir) (?:kann|können|darf|dürfen|werde|werden) (?:\w+ ){0,6}?(?:nicht|keine|keinen|kein|keinerlei) (?:\w+ ){0,6}?(?:helfen|weiterhelfen|beantworten|antworten|bereitstellen|geben|nachkommen|unterstützen|weitergeben|erstellen|schreiben|liefern|erteilen)\b",
            r"(?:kann|können|darf|dürfen) (?:ich|wir) (?:\w+ ){0,6}?(?:nicht|keine|keinen|kein|keinerlei) (?:\w+ ){0,6}?(?:helfen|weiterhelfen|beantworten|antworten|bereitstellen|geben|nachkommen|unterstützen|weitergeben|erstellen|schreiben|liefern|erteilen)\b",
            r"(?:ich|wir) (?:muss|müssen) (?:\w+ ){0,4}?ablehnen\b",
        ],
    ),
    (
        "fr",
        &[
            r"(?:je|nous) ne (?:peux|pouvons|suis|sommes|vais) (?:malheureusement )?pas (?:en mesure d[e'’] ?|autorisée? à )?(?:vous )?(?:y )?(?:aider|répondre|fournir|donner|partager|divulguer|assister|écrire|générer|créer|accéder à cette demande|satisfaire|traiter)\b",
            r"(?:je|nous) (?:dois|devons) (?:\w+ )?(?:refuser|décliner)\b",
        ],
    ),
    (
        "es",
        &[
            r"(?:yo )?(?:no puedo|no podemos|no me es posible|no estoy autorizad[oa] a|no soy capaz de) (?:ayudar|ayudarte|ayudarle|responder|contestar|proporcionar|dar|compartir|cumplir|asistir|asistirte|ofrecer|revelar|escribir|generar|crear)\w*\b",
            r"(?:debo|tengo que|debemos) (?:rechazar|declinar)\b",
        ],
    ),
    (
        "it",
        &[
            r"(?:io )?non (?:posso|possiamo|sono in grado di|mi è possibile) (?:aiutar|rispond|fornir|dar|condivid|soddisfar|assister|offrir|rivelar|scriver|generar|crear)\w*\b",
            r"(?:devo|dobbiamo) (?:rifiutare|declinare)\b",
        ],
    ),
    (
        "pt",
        &[
            r"(?:eu )?não (?:posso|podemos|consigo|sou capaz de|estou autorizad[oa] a) (?:te |lhe )?(?:ajudar|responder|fornecer|dar|compartilhar|partilhar|atender|auxiliar|oferecer|revelar|escrever|gerar|criar)\w*\b",
            r"(?:devo|preciso|tenho que) (?:recusar|declinar)\b",
        ],
    ),
    (
        "nl",
        &[
            r"(?:ik|wij|we) (?:kan|kunnen|mag|mogen) (?:\w+ ){0,5}?(?:niet|geen) (?:\w+ ){0,5}?(?:helpen|beantwoorden|antwoorden|geven|verstrekken|voldoen|delen|schrijven|maken)\b",
            r"(?:kan|kunnen|mag|mogen) (?:ik|wij|we) (?:\w+ ){0,5}?(?:niet|geen) (?:\w+ ){0,5}?(?:helpen|beantwoorden|antwoorden|geven|verstrekken|voldoen|delen|schrijven|maken)\b",
        ],
    ),
    (
        "sv",
        &[
            r"(?:jag|vi) (?:kan|får) (?:\w+ )?inte (?:\w+ ){0,3}?(?:hjälpa|svara|besvara|ge|tillhandahålla|dela|skriva|skapa)\b",
        ],
    ),
    (
        "pl",
        &[
            r"nie (?:mogę|możemy|jestem w stanie) (?:\w+ ){0,3}?(?:pomóc|odpowiedzieć|udzielić|podać|udostępnić|spełnić|napisać|wygenerować)\b",
        ],
    ),
    (
        "ru",
        &[
            r"(?:я |мы )?не (?:могу|можем|имею права|в состоянии) (?:\w+ ){0,3}?(?:помочь|ответить|предоставить|дать|поделиться|выполнить|написать|создать|раскрыть)\b",
        ],
    ),
    (
        "zh",
        &[
            r"(?:很抱歉|非常抱歉|抱歉|对不起|對不起)?[，,。!！]?(?:但)?(?:我|我们|我們)?(?:目前|暂时)?(?:无法|無法|不能|不可以|没办法|沒辦法)(?:为您|為您|帮您|幫您|向您|给您|給您)?(?:提供|回答|帮助|幫助|协助|協助|满足|滿足|分享|透露|完成|讨论|討論|生成|编写|編寫)",
        ],
    ),
    (
        "ja",
        &[
            r"(?:申し訳(?:ありません|ございません)(?:が)?|すみません(?:が)?|恐れ入りますが|残念ながら)?[、。,]?[^。]{0,30}?(?:お答え|回答|お手伝い|ご協力|協力|提供|お応え|対応|ご案内)(?:する(?:こと(?:は|が))?|することは|は|が)?(?:でき(?:ません|かねます)|いたしかねます|致しかねます|できない)",
        ],
    ),
    (
        "ko",
        &[
            r"(?:죄송합니다(?:만)?|죄송하지만|유감스럽게도)?[,.]?\s*[^.]{0,30}?(?:도와드릴|도움을 드릴|답변(?:을)?(?: 드릴|해 드릴)|제공(?:해 드릴|할)|응답할|공유할)\s*수(?:가)? 없습니다",
        ],
    ),
];

/// Yes where the provider says so, or one of the first three sentences begins with words of a refusal.
///
/// A refusal says that it cannot, may not or will not help or answer. That the documents do not say something is an
/// answer, and no refusal.
pub(super) struct Refusal;

static PATTERNS: LazyLock<Vec<(&'static str, regex::Regex)>> = LazyLock::new(|| {
    let pattern = |(language, phrases): &(&'static str, &[&str])| {
        let whole = format!("^(?i:{OPENERS})(?i:{})", phrases.join("|"));
        regex::Regex::new(&whole).ok().map(|pattern| (*language, pattern))
    };
    PHRASES.iter().filter_map(pattern).collect()
});

impl Evaluator for Refusal {
    fn kind(&self) -> Kind {
        Kind::yes_no(Better::Neither)
    }

    fn evaluate(&self, subject: &Subject<'_>) -> Option<Score> {
        if let Some(reason) = subject.finish_reason
            && REASONS.contains(&reason.to_lowercase().as_str())
        {
            return Some(Score::yes_no(true).because(format!("the provider stopped it: {reason}")));
        }
        let text = subject.answer.text;
        if text.trim().is_empty() && subject.answer.tool_calls.is_empty() {
            return None;
        }
        let refused = sentences(text).iter().take(FIRST_SENTENCES).find_map(|sentence| {
            let sentence = text[sentence.bytes.clone()].trim_start_matches(['"', '“', '*', '_', '#', '>', ' ']);
            let (language, _) = PATTERNS.iter().find(|(_, pattern)| pattern.is_match(sentence))?;
            Some((sentence, *language))
        });
        Some(match refused {
            Some((sentence, language)) => {
                let said: String = sentence.chars().take(80).collect();
                Score::yes_no(true).because(format!("{language}: {said}"))
            }
            None => Score::yes_no(false),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::evaluator::{Answer, Value};
    use super::*;
    use rstest::rstest;

    fn refuses(text: &str) -> bool {
        let answer = Answer { text, tool_calls: &[] };
        Refusal.evaluate(&Subject { answer, ..Subject::default() }).unwrap().value == Value::YesNo(true)
    }

    #[test]
    fn every_list_is_a_pattern() {
        assert_eq!(PATTERNS.len(), PHRASES.len());
    }

    #[rstest]
    #[case("I can't help with that.")]
    #[case("I’m sorry, but I can’t assist with that request.")]
    #[case("Sorry, I cannot provide medical advice.")]
    #[case("As an AI language model, I am unable to give legal advice.")]
    #[case("I am unable to answer this question from the sources.")]
    #[case("Thank you for your question. Unfortunately, I cannot share customer data.")]
    #[case("I must respectfully decline.")]
    #[case("I'm not able to directly discuss other customers' accounts.")]
    #[case("Es tut mir leid, aber ich kann Ihnen dabei leider nicht helfen.")]
    #[case("Leider kann ich diese Frage nicht beantworten.")]
    #[case("Je suis désolé, mais je ne peux pas vous aider.")]
    #[case("Lo siento, pero no puedo ayudarte con eso.")]
    #[case("Mi dispiace, ma non posso fornire queste informazioni.")]
    #[case("Desculpe, mas não posso ajudar com isso.")]
    #[case("Helaas kan ik u daar niet mee helpen.")]
    #[case("Tyvärr kan jag inte svara på det. Jag kan inte hjälpa dig.")]
    #[case("Niestety nie mogę pomóc w tej sprawie.")]
    #[case("К сожалению, я не могу ответить на этот вопрос.")]
    #[case("很抱歉，我无法提供这方面的信息。")]
    #[case("申し訳ありませんが、そのご質問にはお答えできません。")]
    #[case("죄송합니다만, 그 요청은 도와드릴 수 없습니다.")]
    fn refusals(#[case] text: &str) {
        assert!(refuses(text), "{text}");
    }

    #[rstest]
    #[case("You cannot return opened items.")]
    #[case("I can't stress enough how important backups are.")]
    #[case("I cannot find a price in the documents; shipping takes five days.")]
    #[case("I'm sorry to hear that. Your refund takes five days.")]
    #[case("Refunds take five days. They take longer abroad. Mind the fees. I cannot help with taxes.")]
    #[case("The form says: \"I cannot provide a receipt.\"")]
    #[case("We can help you with that.")]
    #[case("Leider ist der Artikel nicht lieferbar.")]
    #[case("Die Garantie kann nicht verlängert werden.")]
    #[case("Je ne peux pas insister assez sur ce point.")]
    #[case("No puedes devolver artículos abiertos.")]
    #[case("Niet alle artikelen kunnen worden geretourneerd.")]
    #[case("您无法在周末退货。")]
    #[case("返品はできません。")]
    #[case("Nie wszystkie zamówienia można anulować.")]
    fn answers(#[case] text: &str) {
        assert!(!refuses(text), "{text}");
    }

    #[test]
    fn the_providers_word_counts_and_silence_is_nothing() {
        let stopped = Subject { finish_reason: Some("content_filter"), ..Subject::default() };
        assert_eq!(Refusal.evaluate(&stopped).unwrap().value, Value::YesNo(true));
        assert_eq!(Refusal.evaluate(&Subject::default()), None);
    }
}
