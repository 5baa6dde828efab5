import { emailSchema } from './fields/text.ts';
import { firstOrgId } from './org/org.ts';
import { systemPrincipal } from './policy/principal.ts';
import { runProcess } from './process/run.ts';
import { openServices } from './services.ts';

/**
 * `node backend/src/reset-password.ts EMAIL [--without-second-factor]` prints a link by which that person chooses a new password: for whoever
 * runs the server, where no admin can get in any more. Their second factor stays, unless it is to be taken away, too.
 */
await runProcess('command', async (settings) => {
  const email = emailSchema.safeParse(process.argv[2] ?? '');
  if (!email.success) return refuse('Name the e-mail address of the person, such as ana@example.com.');
  const services = await openServices(settings);
  try {
    const reset = await services.passwordResets.create(email.data, { by: systemPrincipal(firstOrgId) });
    if (reset === undefined) return refuse(`Nobody with the address ${email.data} can sign in here.`);
    if (process.argv.includes('--without-second-factor'))
      await services.users.changeSecondFactor(systemPrincipal(firstOrgId), reset.user._id, null);
    console.log(`${settings.FRONTEND_URL}/reset/${reset.token}`);
    console.error(`It works once, until ${reset.expiresAt.toISOString()}.`);
  } finally {
    await services.close();
  }
});

function refuse(reason: string): void {
  console.error(reason);
  process.exitCode = 1;
}
