/* text.c - the table of the toolkit, and nothing else. */
#include "text/text.h"
#include "base/utf8.h"
#include "text/fold.h"

size_t text_utf8_valid(const char *p, size_t n)
{
    return utf8_valid_prefix(p, n);
}

static const wq_text toolkit = {
    .size = sizeof toolkit,
    .fold_id = FOLD_ID,
    .utf8_valid = text_utf8_valid,
    .category = text_category,
    .script = text_script,
    .scripts = text_scripts,
    .fold = text_fold,
    .hash = text_hash,
    .fold_hash = text_fold_hash,
    .words = text_words,
    .sentences = text_sentences,
    .is_nfc = text_is_nfc,
    .nfc = text_nfc,
    .charset = text_charset,
    .charset_name = text_charset_name,
    .charset_decode = text_charset_decode,
    .charset_encode = text_charset_encode,
    .charset_byte = text_charset_byte,
};

const wq_text *text_toolkit(void)
{
    return &toolkit;
}
