#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "hsm/find.h"
#include "hsm/onlooker.h"
#include "hsm/trial.h"
#include "kmgr/base/mem.h"
#include "kmgr/base/process.h"
#include "kmgr/base/text.h"

#define LIMIT_S	    10		/* of a token that answers at all */
#define PAD_LIMIT_S 60		/* where somebody has to enter the PIN */
#define SAYING_LEN  3		/* a digit a key, and the end of the line */

/* The URI may name a command, which is nobody's to read: no argument. */
#define URI_NAME    "KMGR_ONLOOKER_URI"
#define PIN_COMES   "pin"	/* on standard input */
#define PIN_IS_NONE "-"

/* Behind the program and the word that makes it an onlooker. */
enum word {
	WORD_NAME,
	WORD_LOCK,		/* "" for none */
	WORD_ALG,
	WORD_PIN,
	WORD_IDS,		/* two */
	N_WORDS = WORD_IDS + 2
};

/* --- in the process that asks --------------------------------------------- */

/* The environment, by which modules are configured, and the URI. */
static const char **
environment_new(const char *uri)
{
	const char **list;
	size_t n = 0;

	while (environ[n] != NULL)
		n++;
	list = mem_new((n + 2) * sizeof(*list));
	memcpy(list + 1, environ, n * sizeof(*list));
	list[0] = mem_printf(URI_NAME "=%s", uri);
	return list;
}

static void
environment_free(const char **list)
{

	free((char *)(uintptr_t)list[0]);
	free(list);
}

static int
take(const struct buf *said, struct onlooker_key keys[static 2],
    struct error *err)
{
	size_t i;

	if (said->len != SAYING_LEN || said->data[2] != '\n' ||
	    said->data[0] < '0' || said->data[0] > '7' ||
	    said->data[1] < '0' || said->data[1] > '7')
		return err_set(err, ERR_SYSTEM, "the process that looks on "
		    "says what nobody understands");
	for (i = 0; i < 2; i++)
		keys[i].uses = (unsigned int)(said->data[i] - '0');
	return 0;
}

int
onlooker_ask(const struct hsm_token *token, const struct mech *mech,
    struct onlooker_key keys[static 2], struct error *err)
{
	const struct hsm_config *config = token->config;
	const bool has_pin = token->pin != NULL;
	char alg[16], ids[2][HSM_ID_LEN * 2 + 1];
	const char *const argv[] = { config->onlooker, HSM_ONLOOKER_WORD,
		config->name, config->lock_path == NULL ? "" :
		config->lock_path, alg, has_pin ? PIN_COMES : PIN_IS_NONE,
		text_hex(keys[0].id, HSM_ID_LEN, ids[0]),
		text_hex(keys[1].id, HSM_ID_LEN, ids[1]), NULL };
	struct process process = { .argv = argv, .manner = PROCESS_APART,
		.in = has_pin ? secret_bytes(token->pin) : NULL,
		.in_len = has_pin ? secret_len(token->pin) : 0,
		.out_max = SAYING_LEN, .limit_s = has_pin ||
		!token->needs_login ? LIMIT_S : PAD_LIMIT_S };
	struct buf said = BUF_INIT;
	const char **env;
	int rc;

	if (config->onlooker == NULL)
		return err_set(err, ERR_TOKEN, "no other process looks on");
	(void)snprintf(alg, sizeof(alg), "%d", (int)mech->alg);
	env = environment_new(config->uri);
	process.env = env;
	rc = process_run(&process, &said, NULL, err);
	environment_free(env);
	if (rc == 0)
		rc = take(&said, keys, err);
	buf_free(&said);
	return rc;
}

/* --- in the process that looks on ----------------------------------------- */

struct look {
	const struct mech	*mech;
	struct onlooker_key	 keys[2];
};

static bool
signs(struct trial *t, ck_object_handle_t key)
{
	uint8_t tbs[] = "kmgr/probe/v1", sig[HSM_SIG_MAX];
	unsigned long len;

	return trial_sign(t, t->mech, key, tbs, sizeof(tbs), sig, &len);
}

static bool
wraps(struct trial *t, ck_object_handle_t key)
{
	struct attr_template template;
	uint8_t blob[TRIAL_BLOB_MAX];
	ck_object_handle_t own;
	size_t i, len;
	bool ok = false;

	trial_aes_init(t, &template);
	if (!trial_aes_make(t, &template, &own))
		return false;
	for (i = 0; !ok && mech_wrap_at(i) != NULL; i++)
		ok = trial_wrap(t, mech_wrap_at(i)->type, own, key, blob,
		    &len);
	return ok;
}

static int
look_at(struct trial *t, struct onlooker_key *key, struct error *err)
{
	unsigned long class = CKO_PRIVATE_KEY;
	struct ck_attribute attrs[] = {
		{ CKA_CLASS, &class, sizeof(class) },
		{ CKA_ID, key->id, sizeof(key->id) },
	};
	ck_object_handle_t *found = NULL;
	size_t n;

	if (find_objects(t->module, t->session, attrs, 2, &found, &n,
	    err) != 0)
		return -1;
	key->uses = 0;
	if (n > 0)
		key->uses = ONLOOKER_FINDS |
		    (wraps(t, found[0]) ? ONLOOKER_WRAPS : 0u) |
		    (signs(t, found[0]) ? ONLOOKER_SIGNS : 0u);
	free(found);
	return 0;
}

static int
look_work(struct hsm_token *token, ck_session_handle_t session, void *arg,
    struct error *err)
{
	struct look *look = arg;
	struct trial t = { .module = &token->module, .session = session,
		.mech = look->mech };
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < 2; i++)
		rc = look_at(&t, &look->keys[i], err);
	trial_clear(&t);
	return rc;
}

/* Nobody is asked here: without a PIN there is a PIN pad, or no need. */
static int
log_in(struct hsm_token *token, const char *word, struct error *err)
{

	if (strcmp(word, PIN_COMES) == 0) {
		if (secret_read_fd(STDIN_FILENO, "standard input",
		    &token->pin, err) != 0)
			return -1;
	} else if (token->needs_login && !token->has_pin_pad) {
		return err_set(err, ERR_TOKEN, "no PIN is given");
	}
	return hsm_token_login(token, err);
}

static int
look_read(char *const *words, struct look *look, struct error *err)
{
	size_t i, len;

	look->mech = mech_find((enum alg)strtol(words[WORD_ALG], NULL, 10));
	if (look->mech == NULL)
		return err_set(err, ERR_USAGE, "algorithm %s is none of ours",
		    words[WORD_ALG]);
	for (i = 0; i < 2; i++)
		if (text_from_hex(words[WORD_IDS + i], look->keys[i].id,
		    HSM_ID_LEN, &len, err) != 0)
			return -1;
	return 0;
}

static int
look_on(char *const *words, struct error *err)
{
	const struct hsm_config config = { .name = words[WORD_NAME],
		.uri = getenv(URI_NAME), .lock_path =
		words[WORD_LOCK][0] == '\0' ? NULL : words[WORD_LOCK] };
	struct look look = { .mech = NULL };
	const struct run work = { look_work, NULL, &look, RUN_AGAIN };
	struct hsm_token *token = NULL;
	int rc = -1;

	if (config.uri == NULL)
		return err_set(err, ERR_USAGE, "no token is named");
	if (look_read(words, &look, err) == 0 &&
	    hsm_token_open(&config, &token, err) == 0 &&
	    log_in(token, words[WORD_PIN], err) == 0)
		rc = run_do(token, &work, err);
	hsm_token_close(token);
	if (rc == 0 && (printf("%u%u\n", look.keys[0].uses,
	    look.keys[1].uses) != SAYING_LEN || fflush(stdout) != 0))
		rc = err_set_errno(err, "write standard output");
	return rc;
}

bool
hsm_onlooker_is_asked(int argc, char *const *argv)
{

	return argc == 2 + N_WORDS &&
	    strcmp(argv[1], HSM_ONLOOKER_WORD) == 0;
}

int
hsm_onlooker_main(char *const *argv)
{
	struct error err = ERR_INIT;

	/* Whoever asked may end while a token keeps us waiting, or has. */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)alarm(2 * PAD_LIMIT_S);
	if (look_on(argv + 2, &err) == 0)
		return EXIT_SUCCESS;
	(void)fprintf(stderr, "%s\n", err.msg);
	return EXIT_FAILURE;
}
