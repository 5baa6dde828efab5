import { join } from 'node:path';
import type { Page } from 'playwright-core';

const folder = join(import.meta.dirname, '../../docs/images');
const day = 86_400_000;
/** All invented; the addresses are reserved for examples (RFC 2606). */
const companies = [
  ['Padaria do Vale', 'Alimentação'],
  ['TechNova Sistemas', 'Tecnologia'],
  ['Clínica Horizonte', 'Saúde'],
  ['Grupo Serrano', 'Varejo'],
  ['Agro Campos', 'Agronegócio'],
  ['Vértice Contábil', 'Serviços'],
] as const;
const people = [
  ['Rafael Tavares', 'CEO', 'referral', 'Quero uma demonstração e o preço para 40 usuários.'],
  [
    'Juliana Prado',
    'Diretora comercial',
    'website_form',
    'Precisamos trocar de sistema até janeiro. Qual o valor?',
  ],
  ['Eduardo Nakamura', 'Gerente de vendas', 'whatsapp', 'Podem enviar uma proposta?'],
  ['Patrícia Gomes', 'Sócia', 'event', 'Conversamos na feira; queremos contratar.'],
  ['Thiago Rocha', 'Analista', 'website_form', 'Gostaria de conhecer o produto.'],
  ['Larissa Monteiro', 'Coordenadora', 'linkedin', 'Tem integração com o nosso ERP?'],
  ['Bruno Cavalcanti', 'CTO', 'referral', 'Queremos um piloto e o orçamento.'],
] as const;
const titles = ['Plano anual', 'Implantação', 'Renovação', 'Expansão para filiais'];
const tasks = [
  ['Ligar para confirmar a proposta', 'call', -2],
  ['Enviar contrato revisado', 'email', -1],
  ['Agendar demonstração com o time', 'meeting', 0],
  ['Responder dúvidas no WhatsApp', 'whatsapp', 0],
] as const;

/** Records that make the screens look as they do after some weeks of work. */
export async function fillWithExamples(page: Page, origin: string): Promise<void> {
  const post = async (path: string, data: object): Promise<{ id: string }> => {
    const answer = await page.request.post(`${origin}/api/v1${path}`, {
      data,
      headers: { Origin: origin, 'X-Requested-With': 'conductor' },
    });
    if (!answer.ok()) throw new Error(`POST ${path} answered ${answer.status()}: ${await answer.text()}`);
    return answer.json();
  };
  const { data } = await (await page.request.get(`${origin}/api/v1/pipelines`)).json();
  const stages = data[0].stages.filter(({ type }: { type: string }) => type === 'open');
  const made: string[] = [];
  for (const [name, industry] of companies) made.push((await post('/companies', { name, industry })).id);
  for (const [index, [name, jobTitle, source, message]] of people.entries())
    await post('/leads', {
      name,
      jobTitle,
      source,
      message,
      companyName: companies[index % companies.length]![0],
      email: `contato${index}@empresa${index}.example`,
      phone: `(11) 9${8100 + index}-${4300 + index * 7}`,
    });
  for (let index = 0; index < 13; index += 1) {
    const company = index % companies.length;
    const { id } = await post('/deals', {
      title: `${titles[index % titles.length]} · ${companies[company]![0]}`,
      amountCents: (index % 7) * 415_000 + 690_000,
      companyId: made[company],
      pipelineId: data[0].id,
      stageId: stages[index % stages.length].id,
      expectedCloseOn: new Date(Date.now() + (index * 3 + 4) * day).toISOString().slice(0, 10),
    });
    const [title, kind, days] = tasks[index % tasks.length]!;
    if (index < 9)
      await post('/tasks', {
        title,
        kind,
        dueAt: new Date(Date.now() + (index < 4 ? days : index) * day + 3_600_000).toISOString(),
        links: [{ entity: 'deal', id }],
      });
  }
}

/** The pictures of README and docs: each main screen, in Portuguese. */
export async function photographScreens(page: Page, origin: string): Promise<void> {
  await page.addInitScript("localStorage.setItem('conductor.locale', 'pt-BR')");
  await page.addInitScript("localStorage.setItem('conductor.firstSteps', 'over')");
  const photograph = async (name: string, path: string, width = 1280, dark = false) => {
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light', reducedMotion: 'reduce' });
    await page.goto(origin + path);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.waitForLoadState('networkidle');
    await page.mouse.move(0, 0);
    await page.screenshot({ path: join(folder, `${name}.png`) });
  };
  const leads = await (await page.request.get(`${origin}/api/v1/leads?sort=-score.value&limit=1`)).json();
  await photograph('crm-home', '/');
  await photograph('crm-leads', '/leads');
  await photograph('crm-lead', `/leads/${leads.data[0].id}`);
  await photograph('crm-pipeline', '/pipeline');
  await photograph('crm-pipeline-dark', '/pipeline', 1280, true);
  await photograph('crm-home-phone', '/', 390);
}
