#!/bin/sh
# OpenSSH's sftp-server alone, which dropbear starts for SFTP.
. /iso/build/tool/common.sh
use_musl
cd /build/src
quietly autoreconf -i # Debian changes configure.ac
quietly ./configure --without-openssl --without-zlib --without-pam --without-shadow --disable-lastlog --disable-utmp --disable-utmpx \
  --disable-wtmp --disable-wtmpx --disable-pkcs11 --disable-security-key --without-hardening --with-sandbox=no
quietly make -j"$JOBS" sftp-server
install -m 755 sftp-server /build/out/
