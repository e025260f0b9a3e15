/* Every sentence a program says to a person, in Chinese and in English, from one catalogue.
 *
 * A sentence holds places {0} to {9}; what goes there is already text. Errors have their own table
 * (proto/base/err.def), findings theirs (proto/rules/templates.def); both are filled by the same call.
 */
#ifndef MU_WORDS_WORDS_H
#define MU_WORDS_WORDS_H

#include "proto/base/err.h"
#include "proto/base/text.h"

enum mu_word {
#define W(name, en, zh) MU_W_##name,
#include "proto/words/words.def"
#undef W
    MU_WORDS
};

/* The sentence with its places unfilled. Static. */
const char *mu_word(enum mu_word word, enum mu_lang lang);

/* Appends `sentence` with {i} replaced by args[i], and {i|entry|entries} by its first word where args[i] is
 * "1", by its second elsewhere; a place without an argument stays as it is, so that a missing one is
 * seen. */
void mu_words_fill(struct mu_text *out, const char *sentence, const char *const *args,
                   size_t count);

/* The language a locale name such as "zh_CN.UTF-8" asks for; English when it asks for none. */
enum mu_lang mu_words_lang(const char *locale);
/* The language the values of LC_ALL, LC_MESSAGES and LANG ask for: the first that says anything. */
enum mu_lang mu_words_lang_of(const char *all, const char *messages, const char *lang);

/* The language asked for with --lang, wherever on the line it stands: "--help --lang zh" is a question in
 * Chinese. `otherwise` without one. */
enum mu_lang mu_words_lang_asked(int argc, char *const *argv, enum mu_lang otherwise);

/* Appends what the operating system means by `number`, an errno: in words for what people meet, "system error
 * 71" for the rest. */
void mu_words_system(struct mu_text *out, int number, enum mu_lang lang);

#endif
