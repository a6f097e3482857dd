import type { Platform } from '../platform/platform.ts';
import type { TlsOptions } from './ensure.ts';
import { examine, type RenewalReason, type Role } from './examine.ts';
import { tlsPaths } from './paths.ts';

export interface CertificateStatus {
  notBefore?: Date;
  notAfter?: Date;
  /** Why the next `b2d up` will make it anew; absent while it is good. */
  due?: RenewalReason;
}

/** The state of a machine's certificates, for `b2d status`. Reads only, and never throws for a bad file: that is an answer. */
export async function inspectTls(platform: Platform, machineDirectory: string, options: TlsOptions): Promise<Record<Role, CertificateStatus>> {
  const findings = await examine(tlsPaths(platform, machineDirectory), options.machineName, options.now);
  const status = (role: Role): CertificateStatus => {
    const { pair, due } = findings[role];
    return {
      ...(pair && { notBefore: pair.certificate.validFromDate, notAfter: pair.certificate.validToDate }),
      ...(due && { due }),
    };
  };
  return { ca: status('ca'), server: status('server'), client: status('client') };
}
