#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kmgr/base/file.h"
#include "kmgr/base/mem.h"
#include "kmgr/base/process.h"
#include "kmgr/base/text.h"
#include "kmgr/base/when.h"
#include "kmgr/engine/ssh_armor.h"
#include "kmgr/engine/ssh_signature.h"
#include "policy/ssh_key.h"

#define KEYGEN	       "ssh-keygen"
#define KEYGEN_LIMIT_S 30
#define KEYGEN_REFUSES 255	/* its status; others are its own failures */
#define OUTPUT_MAX     4096
#define NAMESPACE_MAX  64
#define KEY_MARK       " key SHA256:"
#define REASON_MARK    "certificate not authorized: "

/* A verification under way, with the files that ssh-keygen reads. */
struct work {
	const char			*namespace;
	const void			*text;
	size_t				 len;
	const struct ssh_signers	*signers;
	struct ssh_armor		 armor;
	char				*folder;	/* 0700, ours alone */
	char				*signature_path;
	char				*signers_path;
	char				*fingerprint;
};

static void
work_clear(struct work *work)
{

	if (work->folder != NULL) {
		(void)unlink(work->signature_path);
		(void)unlink(work->signers_path);
		(void)rmdir(work->folder);
	}
	free(work->folder);
	free(work->signature_path);
	free(work->signers_path);
	free(work->fingerprint);
	ssh_armor_clear(&work->armor);
}

static int
signer_write(const struct work *work, const char *line, struct buf *out,
    struct error *err)
{
	char *key;

	if (ssh_key_read(line, &key, err) != 0) {
		err->class = ERR_POLICY;
		return -1;
	}
	buf_printf(out, "namespaces=\"%s\" %s\n", work->namespace, key);
	free(key);
	return 0;
}

/*
 * The allowed signers (ssh-keygen(1)): the principal of key 0 is "0", so that
 * ssh-keygen can say which one it is.
 */
static int
signers_write(const struct work *work, struct error *err)
{
	const struct ssh_signers *signers = work->signers;
	struct buf out = BUF_INIT;
	int rc = -1;
	size_t i;

	for (i = 0; i < signers->n_keys; i++) {
		buf_printf(&out, "%zu ", i);
		if (signer_write(work, signers->keys[i], &out, err) != 0) {
			(void)err_wrap(err, signers->role == SSH_APPROVER ?
			    "approver %zu" : "requester %zu", i + 1);
			goto out;
		}
	}
	for (i = 0; i < signers->n_authorities; i++) {
		buf_printf(&out, SSH_PRINCIPAL " cert-authority,");
		if (signer_write(work, signers->authorities[i], &out,
		    err) != 0) {
			(void)err_wrap(err, "authority %zu", i + 1);
			goto out;
		}
	}
	rc = file_write(work->signers_path, 0600, buf_text(&out), out.len,
	    err);
 out:
	buf_free(&out);
	return rc;
}

static int
work_open(struct work *work, struct error *err)
{
	const char *parent = getenv("TMPDIR");
	char *folder;

	folder = mem_printf("%s/kmgr.XXXXXX",
	    parent != NULL && parent[0] == '/' ? parent : "/tmp");
	if (mkdtemp(folder) == NULL) {
		(void)err_set_errno(err, "make folder %s", folder);
		free(folder);
		return -1;
	}
	work->folder = folder;
	work->signature_path = mem_printf("%s/signature", folder);
	work->signers_path = mem_printf("%s/signers", folder);
	if (file_write(work->signature_path, 0600, work->armor.text,
	    strlen(work->armor.text), err) != 0)
		return -1;
	return signers_write(work, err);
}

/*
 * Run ssh-keygen on the text. Where it says no, *is_refused is true, and it
 * is to the caller to set the error; err has what it said.
 */
static int
keygen(const struct work *work, const char *const *argv, struct buf *out,
    bool *is_refused, struct error *err)
{
	static const char *const env[] = { "TZ=UTC0", NULL };
	const struct process spec = {
		.argv = argv,
		.env = env,
		.in = work->text,
		.in_len = work->len,
		.out_max = OUTPUT_MAX,
		.limit_s = KEYGEN_LIMIT_S,
	};
	int status, rc;

	rc = process_run(&spec, out, &status, err);
	*is_refused = status == KEYGEN_REFUSES;
	if (rc != 0 && err->code == ENOENT)
		(void)err_hint(err, "OpenSSH verifies what people sign; on "
		    "Debian: apt install openssh-client");
	return rc;
}

/* Take the fingerprint from "Good ... with ED25519 key SHA256:...". */
static int
fingerprint_take(struct work *work, const struct buf *out, struct error *err)
{
	const char *text = strstr(buf_text(out), KEY_MARK);

	if (text == NULL)
		return err_set(err, ERR_SYSTEM,
		    KEYGEN " says \"%.128s\", which names no key",
		    buf_text(out));
	text += strlen(" key ");
	free(work->fingerprint);
	work->fingerprint = mem_printf("%.*s", (int)strcspn(text, " \r\n"),
	    text);
	return 0;
}

/* Is it a signature of this text at all, by whomever? */
static int
text_check(struct work *work, struct error *err)
{
	const char *const argv[] = { KEYGEN, "-Y", "check-novalidate", "-n",
		work->namespace, "-s", work->signature_path, NULL };
	struct buf out = BUF_INIT;
	bool is_refused;
	int rc;

	rc = keygen(work, argv, &out, &is_refused, err);
	if (is_refused) {
		err_clear(err);
		(void)err_set(err, ERR_INPUT, "it does not belong to this "
		    "text, or is damaged");
		(void)err_hint(err, "sign the very bytes that were shown, "
		    "and hand over the signature of them");
	} else if (rc == 0) {
		rc = fingerprint_take(work, &out, err);
	}
	buf_free(&out);
	return rc;
}

/* Nobody who is listed: err says what ssh-keygen said of a certificate. */
static int
refuse_signer(const struct work *work, struct error *err)
{
	const bool is_requester = work->signers->role == SSH_REQUESTER;
	const char *reason = strstr(err->msg, REASON_MARK);
	char when[WHEN_TEXT_LEN];
	char *why;

	if (is_requester || work->armor.key_id == NULL) {
		err_clear(err);
		(void)err_set(err, ERR_POLICY, work->armor.key_id == NULL ?
		    "key %s is not %s's" : "key %s came with a certificate, "
		    "and %s signs with the key itself", work->fingerprint,
		    is_requester ? "a requester" : "an approver");
		return err_hint(err, "the policy names the keys that count");
	}
	why = reason == NULL ? mem_strdup("its authority is not listed") :
	    mem_printf("%.*s", (int)strcspn(reason + strlen(REASON_MARK), ";"),
	    reason + strlen(REASON_MARK));
	err_clear(err);
	(void)err_set(err, ERR_POLICY, "certificate \"%s\" of key %s: %s",
	    work->armor.key_id, work->fingerprint, why);
	free(why);
	return err_hint(err, "it must be by an authority of the policy, name "
	    "the principal " SSH_PRINCIPAL " and be valid at %s",
	    when_rfc3339(work->signers->at, when));
}

/* Which of the keys has signed. Owner: the caller. */
static int
key_find(const struct work *work, const char *verify_time, char **out,
    struct error *err)
{
	const char *const argv[] = { KEYGEN, "-Y", "find-principals", "-O",
		verify_time, "-s", work->signature_path, "-f",
		work->signers_path, NULL };
	struct buf found = BUF_INIT;
	bool is_refused;
	int rc;

	rc = keygen(work, argv, &found, &is_refused, err);
	if (is_refused)
		(void)refuse_signer(work, err);
	else if (rc == 0)
		*out = mem_printf("%.*s", (int)strcspn(buf_text(&found),
		    "\r\n"), buf_text(&found));
	buf_free(&found);
	return rc;
}

static int
signer_verify(struct work *work, const char *verify_time,
    const char *principal, struct error *err)
{
	const char *const argv[] = { KEYGEN, "-Y", "verify", "-O", verify_time,
		"-n", work->namespace, "-I", principal, "-s",
		work->signature_path, "-f", work->signers_path, NULL };
	struct buf out = BUF_INIT;
	bool is_refused;
	int rc;

	rc = keygen(work, argv, &out, &is_refused, err);
	if (is_refused)
		(void)refuse_signer(work, err);
	else if (rc == 0)
		rc = fingerprint_take(work, &out, err);
	buf_free(&out);
	return rc;
}

/* The comment of the key whose principal it is. Owner: the caller. */
static char *
comment_of(const struct ssh_signers *signers, const char *principal)
{
	struct error err = ERR_INIT;
	char *key, *comment;
	int64_t i;

	if (text_to_int(principal, 0, (int64_t)signers->n_keys - 1, &i,
	    &err) != 0 || ssh_key_read(signers->keys[i], &key, &err) != 0)
		return mem_strdup("");
	comment = mem_strdup(ssh_key_comment(key));
	free(key);
	return comment;
}

/* The name behind a principal. Owner: the caller. */
static char *
name_of(const struct work *work, const char *principal)
{
	char *name = work->armor.key_id != NULL ?
	    mem_strdup(work->armor.key_id) :
	    comment_of(work->signers, principal);

	if (name[0] != '\0')
		return name;
	free(name);
	return mem_strdup(work->fingerprint);
}

/* Refuse what needs no ssh-keygen to be seen. */
static int
armor_check(struct work *work, const char *signature, struct error *err)
{

	if (work->len > SSH_TEXT_MAX)
		return err_set(err, ERR_INPUT,
		    "the text is longer than %zu bytes", SSH_TEXT_MAX);
	if (ssh_armor_read(signature, &work->armor, err) != 0)
		return err_hint(err, "make one with: " KEYGEN " -Y sign -n "
		    "%s -f KEY FILE", work->namespace);
	if (strcmp(work->armor.namespace, work->namespace) == 0)
		return 0;
	(void)err_set(err, ERR_INPUT, "it was made for the namespace "
	    "\"%.64s\", not for \"%s\"", work->armor.namespace,
	    work->namespace);
	return err_hint(err, "sign again with -n %s", work->namespace);
}

/* Voices are counted by it. */
static int
name_check(const struct work *work, struct error *err)
{

	if (work->armor.key_id == NULL || work->armor.key_id[0] != '\0')
		return 0;
	(void)err_set(err, ERR_POLICY, "the certificate of key %s names "
	    "nobody: it has no key id that can be shown", work->fingerprint);
	return err_hint(err, "its authority gives each person one name, in "
	    "all certificates: ssh-keygen -s CA -I NAME -n " SSH_PRINCIPAL);
}

/* Which line of the signers it is, and that it is. */
static int
signer_check(struct work *work, char **who, struct error *err)
{
	char dns[WHEN_TEXT_LEN], verify_time[64];
	char *principal = NULL;
	int rc = -1;

	(void)snprintf(verify_time, sizeof(verify_time), "verify-time=%s",
	    when_dns(work->signers->at, dns));
	if (work->armor.key_id != NULL)
		principal = mem_strdup(SSH_PRINCIPAL);
	else if (key_find(work, verify_time, &principal, err) != 0)
		goto out;
	if (signer_verify(work, verify_time, principal, err) != 0 ||
	    name_check(work, err) != 0)
		goto out;
	*who = name_of(work, principal);
	rc = 0;
 out:
	free(principal);
	return rc;
}

void
ssh_signer_clear(struct ssh_signer *signer)
{

	free(signer->who);
	free(signer->fingerprint);
	free(signer->certified);
	*signer = (struct ssh_signer) { 0 };
}

bool
ssh_signer_is_same(const struct ssh_signer *a, const struct ssh_signer *b)
{

	return strcmp(a->fingerprint, b->fingerprint) == 0 ||
	    (a->certified != NULL && b->certified != NULL &&
	    strcmp(a->certified, b->certified) == 0);
}

int
ssh_signature_verify(const char *namespace, const void *text, size_t len,
    const char *signature, const struct ssh_signers *signers,
    struct ssh_signer *out, struct error *err)
{
	struct work work = {
		.namespace = namespace,
		.text = text,
		.len = len,
		.signers = signers,
	};
	int rc = -1;

	assert(text_is_label(namespace, NAMESPACE_MAX));
	*out = (struct ssh_signer) { 0 };
	if (armor_check(&work, signature, err) != 0 ||
	    work_open(&work, err) != 0 || text_check(&work, err) != 0 ||
	    signer_check(&work, &out->who, err) != 0)
		goto out;
	out->fingerprint = work.fingerprint;
	out->certified = work.armor.key_id;
	work.fingerprint = work.armor.key_id = NULL;
	rc = 0;
 out:
	if (rc != 0)
		(void)err_wrap(err, "SSH signature");
	work_clear(&work);
	return rc;
}
