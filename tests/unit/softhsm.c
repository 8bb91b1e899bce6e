#include "tests/unit/unit.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hsm/run.h"
#include "kmgr/base/mem.h"
#include "tests/unit/softhsm.h"

/*
 * SoftHSM 2.6.1 forgets an ASN.1 string at each C_SignInit with an EC key and
 * each C_GenerateKeyPair: that is not ours to find. The sanitizer sees whose
 * it is only where it walks the whole stack.
 */
const char *__asan_default_options(void);
const char *__lsan_default_suppressions(void);

const char *
__asan_default_options(void)
{

	return "fast_unwind_on_malloc=0";
}

const char *
__lsan_default_suppressions(void)
{

	return "leak:libsofthsm2.so\n";
}

static void
traced(void *arg, const char *call, unsigned long rv, int64_t elapsed_us)
{
	struct softhsm *soft = arg;

	(void)rv;
	assert_true(elapsed_us >= 0);
	soft->n_calls++;
	if (strcmp(call, "C_Login") == 0)
		soft->n_logins++;
	if (strcmp(call, "C_Initialize") == 0)
		soft->n_starts++;
	if (strcmp(call, "C_GenerateKeyPair") == 0)
		soft->n_generated++;
	if (strcmp(call, "C_FindObjectsInit") == 0)
		soft->n_searches++;
}

const char *
softhsm_write(struct softhsm *soft, const char *name, unsigned int mode,
    const char *text)
{
	static char path[256];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", soft->dir, name);
	(void)unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (int)strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	(void)close(fd);
	return path;
}

void
softhsm_add_token(const char *label)
{
	pid_t pid = fork();
	int status = -1, null;

	assert_true(pid >= 0);
	if (pid == 0) {
		null = open("/dev/null", O_RDWR);
		(void)dup2(null, 1);
		(void)execlp("softhsm2-util", "softhsm2-util", "--init-token",
		    "--free", "--label", label, "--so-pin", SOFTHSM_SO_PIN,
		    "--pin", SOFTHSM_PIN, (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

char *
softhsm_uri(const struct softhsm *soft, char *out, size_t size,
    const char *label, const char *pin_source)
{
	(void)soft;
	(void)snprintf(out, size, "pkcs11:token=%s?module-path=%s%s%s", label,
	    SOFTHSM_MODULE, pin_source == NULL ? "" : "&pin-source=",
	    pin_source == NULL ? "" : pin_source);
	return out;
}

struct softhsm *
softhsm_new(void)
{
	struct softhsm *soft = mem_new(sizeof(*soft));
	char text[256], tokens[96];

	(void)strcpy(soft->dir, "/tmp/kmgr-unit-XXXXXX");
	assert_non_null(mkdtemp(soft->dir));
	(void)snprintf(tokens, sizeof(tokens), "%s/tokens", soft->dir);
	assert_int_equal(mkdir(tokens, 0700), 0);
	(void)snprintf(text, sizeof(text), "directories.tokendir = %s\n"
	    "objectstore.backend = file\nlog.level = ERROR\n", tokens);
	(void)setenv("SOFTHSM2_CONF", softhsm_write(soft, "conf", 0600, text),
	    1);
	softhsm_add_token("kmgr");
	(void)softhsm_uri(soft, soft->uri, sizeof(soft->uri), "kmgr",
	    softhsm_write(soft, "pin", 0600, SOFTHSM_PIN "\n"));
	(void)snprintf(soft->lock_path, sizeof(soft->lock_path), "%s/lock",
	    soft->dir);
	soft->config.name = "main";
	soft->config.uri = soft->uri;
	soft->config.lock_path = soft->lock_path;
	soft->config.trace = traced;
	soft->config.trace_arg = soft;
	return soft;
}

static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{

	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

void
softhsm_free(struct softhsm *soft)
{

	(void)nftw(soft->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(soft);
}

struct hsm_token *
softhsm_open(struct softhsm *soft)
{
	struct hsm_token *token = NULL;
	struct error err = ERR_INIT;

	unit_ok(hsm_token_open(&soft->config, &token, &err), &err);
	unit_ok(hsm_token_login(token, &err), &err);
	return token;
}

struct ck_function_list *
softhsm_raw(void)
{
	void *image = dlopen(SOFTHSM_MODULE, RTLD_NOW | RTLD_NOLOAD);
	struct ck_function_list *list = NULL;
	CK_C_GetFunctionList get;
	void *symbol;

	assert_non_null(image);
	symbol = dlsym(image, "C_GetFunctionList");
	memcpy(&get, &symbol, sizeof(get));
	assert_int_equal(get(&list), CKR_OK);
	(void)dlclose(image);
	return list;
}

ck_session_handle_t
softhsm_raw_session(const char *label)
{
	struct ck_function_list *raw = softhsm_raw();
	ck_slot_id_t slots[8];
	unsigned long i, n = N_OF(slots);
	struct ck_token_info info;
	ck_session_handle_t session = 0;

	assert_int_equal(raw->C_GetSlotList(1, slots, &n), CKR_OK);
	for (i = 0; i < n; i++) {
		assert_int_equal(raw->C_GetTokenInfo(slots[i], &info), CKR_OK);
		if (memcmp(info.label, label, strlen(label)) == 0 &&
		    info.label[strlen(label)] == ' ')
			break;
	}
	assert_true(i < n);
	assert_int_equal(raw->C_OpenSession(slots[i],
	    CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &session),
	    CKR_OK);
	return session;
}

struct softhsm_fixture *
softhsm_fixture_new(void)
{
	struct softhsm_fixture *f = mem_new(sizeof(*f));

	f->soft = softhsm_new();
	f->token = softhsm_open(f->soft);
	return f;
}

void
softhsm_fixture_free(struct softhsm_fixture *f)
{

	hsm_token_close(f->token);
	softhsm_free(f->soft);
	free(f);
}

struct ck_function_list *
softhsm_bend(struct softhsm_fixture *f, struct ck_function_list *bent)
{
	struct ck_function_list *real = f->token->module.list;

	*bent = *real;
	f->token->module.list = bent;
	return real;
}
