#!/bin/sh
# dropbear: the SSH server, with its key tools in the same binary. Keys only.
. /iso/build/tool/common.sh
use_musl
cd /build/src
cat >localoptions.h <<'OPTIONS'
#define DROPBEAR_SVR_PASSWORD_AUTH 0
#define DROPBEAR_SVR_PAM_AUTH 0
#define DROPBEAR_SVR_PUBKEY_AUTH 1
#define DROPBEAR_X11FWD 0
#define DROPBEAR_DSS 0
#define DO_MOTD 0
#define SFTPSERVER_PATH "/usr/libexec/sftp-server"
#define DEFAULT_PATH "/usr/bin:/bin"
#define DEFAULT_ROOT_PATH "/usr/sbin:/usr/bin:/sbin:/bin"
#define DROPBEAR_CLI_LOCALTCPFWD 0
OPTIONS
quietly ./configure --enable-static --enable-bundled-libtom --disable-zlib --disable-pam --disable-lastlog \
  --disable-utmp --disable-utmpx --disable-wtmp --disable-wtmpx --disable-harden
quietly make -j"$JOBS" PROGRAMS="dropbear dropbearkey dropbearconvert scp" MULTI=1 STATIC=1 SCPPROGRESS=0
install -m 755 dropbearmulti /build/out/
