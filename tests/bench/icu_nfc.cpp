// icu_nfc.cpp - ICU's normalizeUTF8, for C.
#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>

extern "C" size_t icu_nfc(const char *p, size_t n, char *out, size_t cap);
extern "C" size_t icu_nfc(const char *p, size_t n, char *out, size_t cap)
{
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2 *nfc = icu::Normalizer2::getNFCInstance(status);
    icu::CheckedArrayByteSink sink(out, static_cast<int32_t>(cap));
    nfc->normalizeUTF8(0, icu::StringPiece(p, static_cast<int32_t>(n)), sink,
                       nullptr, status);
    return U_SUCCESS(status) ? static_cast<size_t>(sink.NumberOfBytesAppended())
                             : 0;
}
