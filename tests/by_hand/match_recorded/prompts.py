"""The prompts that made the recorded calls, one list of versions each, in every format; and prompts that made none.

A version is (label, file). The texts are those of the recordings; what is a value there is a variable here.
"""

RULES = {
    "v1": "You are the help centre assistant of Larkboard. Answer the question from the documents below. "
          "Cite the document like [doc-id].",
    "v2": "You are the help centre assistant of Larkboard. Use only the documents. Answer in one short sentence and end "
          "with the id of the document in brackets, like [plans-overview]. If the documents do not answer the question, "
          "say: I don't know.",
    "v3": "Answer the question about Larkboard using only the documents. Prefer the newest document when two contradict "
          "each other. One sentence. Cite as [doc-id].",
}
CHAT = {
    "chat-v1": "You are the friendly chat assistant of Larkboard. Keep answers short.",
    "chat-v2": "You are the chat assistant of Larkboard. One or two sentences. If unsure, offer to write to support.",
}
AGENT = {
    "agent-v1": "You are the order agent of Acme Retail.",
    "agent-v2": "You are the order agent of Acme Retail. Always look the order up first. Never invent amounts.",
    "agent-v3": "You are the order agent. Tell the customer the facts in one sentence. Facts: {{facts}}",
}
TOOL_AGENT = {"agent-v1": "You are the order agent of Acme Retail. Use one tool, then answer in one sentence."}
REFINE = """You are an expert Q&A system that strictly operates in two modes when refining existing answers:
1. **Rewrite** an original answer using the new context.
2. **Repeat** the original answer if the new context isn't useful.
Never reference the original answer or context directly in your answer.
When in doubt, just repeat the original answer.
New Context: {{context_msg}}
Query: {{query_str}}
Original Answer: {{existing_answer}}
New Answer:"""

# How the documents stand in the system message, by format: whole, as a loop, or where there are any.
WHOLE = "\n\nDocuments:\n{{context}}"
LOOPS = {
    "dotprompt": "\n\nDocuments:\n{{#each docs}}\n[{{id}}] {{text}}\n{{/each}}",
    "prompty": "\n\nDocuments:\n{% for d in docs -%}\n[{{ d.id }}] {{ d.text }}\n{% endfor %}",
}
CHOICES = {
    "dotprompt": "{{#if context}}\n\nDocuments:\n{{context}}{{/if}}",
    "prompty": "{% if context %}\n\nDocuments:\n{{ context }}{% endif %}",
}
ENDINGS = {"dotprompt": ".prompt", "prompty": ".prompty", "github": ".prompt.yml", "text": ".txt"}


def indented(text):
    return "".join("      " + line + "\n" if line else "\n" for line in text.split("\n"))


def file(form, label, system, user="{{question}}"):
    """One version of a prompt with a system and a user message; `text` has the system message alone."""
    if form == "dotprompt":
        return "---\nversion: %s\n---\n{{role \"system\"}}\n%s\n{{role \"user\"}}\n%s\n" % (label, system, user)
    if form == "prompty":
        return "---\nmetadata:\n  version: %s\n---\nsystem:\n%s\n\nuser:\n%s\n" % (label, system, user)
    if form == "github":
        return "version: %s\nmessages:\n  - role: system\n    content: |-\n%s  - role: user\n    content: \"%s\"\n" % (
            label, indented(system), user)
    return system + "\n"


def one_message(form, label, text):
    """One version of a prompt that is a single user message."""
    if form == "dotprompt":
        return "---\nversion: %s\n---\n%s\n" % (label, text)
    if form == "prompty":
        return "---\nmetadata:\n  version: %s\n---\nuser:\n%s\n" % (label, text)
    if form == "github":
        return "version: %s\nmessages:\n  - role: user\n    content: |-\n%s" % (label, indented(text))
    return text + "\n"


def rag(form, documents):
    return [(label, file(form, label, rules + documents)) for label, rules in RULES.items()]


def prompts(form, documents="whole"):
    """Name and versions of every prompt, in one format."""
    documents = {"whole": WHOLE, "loop": LOOPS.get(form, WHOLE), "choice": CHOICES.get(form, WHOLE)}[documents]
    plain = lambda texts: [(label, file(form, label, text)) for label, text in texts.items()]
    index = [(label, one_message(form, label, rules + "\n\nDocuments:\n{{context_str}}\n\nQuestion: {{query_str}}"))
             for label, rules in RULES.items()]
    return {
        "help/answer": rag(form, documents),
        "help/chat": plain(CHAT),
        "orders/agent": plain(AGENT),
        "orders/tool-agent": plain(TOOL_AGENT),
        # The calls through the faulty proxy were sent without documents.
        "help/bare": [("v2", file(form, "v2", RULES["v2"]))],
        "help/index": index,
        "help/refine": [("refine-v1", one_message(form, "refine-v1", REFINE))],
    }


def strangers(form):
    """Prompts that made none of the calls: nearly nothing but variables, or the true ones with a word changed."""
    found = {
        "any/question": [("s1", one_message(form, "s1", "{{question}}"))],
        "any/both": [("s1", file(form, "s1", "{{rules}}"))],
        "any/short": [("s1", file(form, "s1", "You are {{who}}. {{rules}}")), ("s2", file(form, "s2", "Answer {{rules}}"))],
        "any/asked": [("s1", one_message(form, "s1", "Question: {{question}}\nAnswer:"))],
    }
    changes = [("Larkboard", "Larkbird"), ("order agent", "order clerk"), ("one", "two"), ("answer", "reply"), (". ", "; ")]
    for name, versions in prompts(form).items():
        changed = []
        for label, text in versions:
            for number, (old, new) in enumerate(changes):
                head, mark, body = text.partition("\n---\n") if text.startswith("---") else ("", "", text)
                if old in body:
                    changed.append(("%s-%d" % (label, number), head + mark + body.replace(old, new, 1)))
        found["changed/" + name] = changed
    return found
