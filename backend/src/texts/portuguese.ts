/**
 * What the API says, in Portuguese, by its English words; `{}` stands for a part that differs, in the same order in both. A test holds every sentence
 * of the source against this list.
 */
export const portuguese: Readonly<Record<string, string>> = {
  // Values that are not valid.
  'must be a CEP of eight digits': 'deve ser um CEP de oito dígitos',
  'must be a CNPJ with correct check digits': 'deve ser um CNPJ com os dígitos verificadores certos',
  'must be a number': 'deve ser um número',
  'must be a phone number with area code, such as (11) 98765-4321':
    'deve ser um telefone com DDD, como (11) 98765-4321',
  'must be an IANA time zone such as America/Sao_Paulo': 'deve ser um fuso horário como America/Sao_Paulo',
  'must be an id of 24 hex digits': 'deve ser um id de 24 dígitos hexadecimais',
  'must be lower case letters, digits and _': 'deve ter só letras minúsculas, algarismos e _',
  'must be month and day, such as 05-23': 'deve ser mês e dia, como 05-23',
  'must be of {}': 'deve ser um destes: {}',
  'must be one line without control characters': 'deve ser uma linha só, sem caracteres de controle',
  'must be the company’s own domain, not a mail provider’s':
    'deve ser o domínio da própria empresa, não o de um provedor de e-mail',
  'must hold something that can be seen': 'precisa ter algo que se possa ver',
  'must change something': 'precisa mudar alguma coisa',
  'must not have more than 30 fields': 'pode ter no máximo 30 campos',
  'must not hold control characters': 'não pode ter caracteres de controle',

  // Accounts.
  'Begin anew: nothing waits to be confirmed.': 'Comece de novo: não há nada a confirmar.',
  'Only a person has an account of their own.': 'Só uma pessoa tem conta própria.',
  'Only a person has a calendar of their own.': 'Só uma pessoa tem calendário próprio.',
  'Only a person has notifications of their own.': 'Só uma pessoa tem avisos próprios.',
  '{} may not see this {}.': '{} não pode ver este registro ({}).',
  'Sign-in with Google is not configured.': 'Entrar com o Google não está configurado.',
  'Somebody with this e-mail address is here already.': 'Já há alguém com este e-mail aqui.',
  'Somebody with this e-mail address is here already. Who forgot their password needs a link for a new one, which the list of people makes.':
    'Já há alguém com este e-mail aqui. Quem esqueceu a senha precisa de um link para uma nova, que a lista da equipe faz.',
  'The e-mail address or the password is wrong.': 'O e-mail ou a senha não confere.',
  'The organisation needs at least one active admin.':
    'A organização precisa de pelo menos um administrador ativo.',
  'The password must not be the e-mail address.': 'A senha não pode ser o próprio e-mail.',
  'Your own is switched off in your profile, with your password.':
    'A sua se desliga no seu perfil, com a sua senha.',
  'Two-step verification is off: there is nothing to recover.':
    'A verificação em duas etapas está desligada: não há o que recuperar.',
  'There is no such active user.': 'Não há esta pessoa ativa.',
  'There is no such team.': 'Não há esta equipe.',
  'This installation is not set up yet.': 'Esta instalação ainda não foi configurada.',
  'This installation is set up already. Sign in.': 'Esta instalação já foi configurada. Entre.',
  'This invitation was used already.': 'Este convite já foi usado.',
  'This invitation was used or has run out. Ask for a new one.':
    'Este convite já foi usado ou venceu. Peça um novo.',
  'This is not the code of this moment. Codes work once, and for a minute.':
    'Este não é o código deste momento. Cada um vale um minuto, uma vez.',
  'This is not your present password.': 'Esta não é a sua senha atual.',
  'This link was used or has run out. Ask for a new one.': 'Este link já foi usado ou venceu. Peça um novo.',
  'This password is on the lists that others try first. Take a longer one, such as four words that have nothing to do with each other.':
    'Esta senha está nas listas que outros tentam primeiro. Use uma mais longa, como quatro palavras sem relação entre si.',
  'Who is disabled, or belongs to the example data, cannot sign in. Enable them first.':
    'Quem está desativado, ou é dos dados de exemplo, não consegue entrar. Ative a pessoa primeiro.',
  'Who signs in with Google alone has no password here: the second factor is Google’s.':
    'Quem entra só com o Google não tem senha aqui: a verificação em duas etapas é a do Google.',

  // Requests.
  'If-Match holds the version of the record, such as "3".': 'If-Match leva a versão do registro, como "3".',
  'Idempotency-Key has 1 to 200 visible characters.': 'Idempotency-Key tem de 1 a 200 caracteres visíveis.',
  'The request with this Idempotency-Key has just ended; send it again.':
    'A requisição com esta Idempotency-Key acabou de terminar; envie de novo.',
  'The request with this Idempotency-Key is still running.':
    'A requisição com esta Idempotency-Key ainda está em andamento.',
  'Files are sent without Idempotency-Key.': 'Arquivos são enviados sem Idempotency-Key.',
  'A file has at most 10 MB.': 'Um arquivo tem no máximo 10 MB.',
  'There is no such file.': 'Este arquivo não existe.',
  'The attachments of a letter have at most 10 MB together.':
    'Os anexos de um e-mail têm no máximo 10 MB no total.',
  'The file is empty.': 'O arquivo está vazio.',
  'The upload ended before the whole file was here.': 'O envio terminou antes de o arquivo chegar inteiro.',
  'This Idempotency-Key was used for another request.':
    'Esta Idempotency-Key foi usada para outra requisição.',
  'This cursor does not belong to this list and order.': 'Este cursor não é desta lista e ordem.',
  'This key may only read.': 'Esta chave só pode ler.',
  'This origin may not connect.': 'Esta origem não pode se conectar.',
  'This request did not come from our own pages (Origin and X-Requested-With are checked).':
    'Esta requisição não veio das nossas páginas (Origin e X-Requested-With são conferidos).',
  'This was done by the first request with this Idempotency-Key, and its answer is shown once.':
    'Isto foi feito pela primeira requisição com esta Idempotency-Key, e a resposta só aparece uma vez.',

  // Records.
  'A converted lead stays converted.': 'Um lead convertido continua convertido.',
  'A lead is converted by its conversion, not by its status.':
    'Um lead é convertido pela conversão, não pela situação.',
  'An e-mail address or a phone number is required.': 'Informe um e-mail ou um telefone.',
  'Only managers and admins give records to other people.':
    'Só gestores e administradores passam registros a outras pessoas.',
  'Say why this lead is not qualified.': 'Diga por que este lead não é qualificado.',
  'Somebody else wrote this.': 'Outra pessoa escreveu isto.',
  'The system wrote this; it stays as it is.': 'O sistema escreveu isto; fica como está.',
  'There is no such {}.': 'Não há este registro ({}).',
  'This lead is converted already.': 'Este lead já foi convertido.',
  'This {} exists already. Send it again with allowDuplicate=true to add it anyway.':
    'Este registro ({}) já existe. Envie de novo com allowDuplicate=true para criar mesmo assim.',
  'A task that is done cannot be cancelled.': 'Uma tarefa feita não pode ser cancelada.',
  'This task is not open.': 'Esta tarefa não está aberta.',

  // Deals.
  'A closed deal is read-only. Reopen it first.': 'Um negócio fechado só pode ser lido. Reabra-o primeiro.',
  'A new deal begins in an open stage.': 'Um negócio novo começa numa etapa aberta.',
  'A new stage has no id yet.': 'Uma etapa nova ainda não tem id.',
  'A pipeline has exactly one {} stage.': 'Um pipeline tem exatamente uma etapa de cada fim ({}).',
  'Move the {} open deals out of the stage first.': 'Tire antes os {} negócios abertos desta etapa.',
  'Say why the deal is lost: use lose.': 'Diga por que o negócio foi perdido: use lose.',
  'The cards around the new place have moved meanwhile. Load the board again.':
    'Os cartões ao redor mudaram de lugar nesse meio-tempo. Carregue o quadro de novo.',
  'The deal’s stage is gone.': 'A etapa do negócio não existe mais.',
  'The period must end after it begins.': 'O período precisa terminar depois de começar.',
  'There is no such pipeline.': 'Não há este pipeline.',
  'This deal is closed.': 'Este negócio está fechado.',
  'This deal is closed. Reopen it first.': 'Este negócio está fechado. Reabra-o primeiro.',
  'This deal is open.': 'Este negócio está aberto.',
  'This pipeline has no such stage.': 'Este pipeline não tem esta etapa.',

  // E-mail.
  'A letter is sent by whoever writes it: answers go to them.':
    'Um e-mail é enviado por quem o escreve: as respostas vão para essa pessoa.',
  'A letter waits for a year at most.': 'Um e-mail espera no máximo um ano.',
  'A template for e-mail needs a subject.': 'Um modelo de e-mail precisa de um assunto.',
  'An organisation of example data sends no e-mail.': 'Uma organização de dados de exemplo não envia e-mail.',
  'Example data gets and sends no e-mail.': 'Dados de exemplo não recebem nem enviam e-mail.',
  'Give it a subject.': 'Dê um assunto.',
  'Nothing is known for {}': 'Não se sabe nada para {}',
  'One person sends {} letters a day. Schedule it for another one.':
    'Uma pessoa envia {} e-mails por dia. Agende para outro dia.',
  'Only managers and admins share templates with everybody.':
    'Só gestores e administradores compartilham modelos com todos.',
  'Say who gets it.': 'Diga quem recebe.',
  'Set SMTP_FROM to the address that e-mail is sent from; SMTP_USER is not an address.':
    'Defina SMTP_FROM com o endereço de onde sai o e-mail; SMTP_USER não é um endereço.',
  'Set SMTP_HOST (and SMTP_PORT, SMTP_USER, SMTP_PASSWORD, SMTP_FROM) to send e-mail.':
    'Defina SMTP_HOST (e SMTP_PORT, SMTP_USER, SMTP_PASSWORD, SMTP_FROM) para enviar e-mail.',
  'The mail server did not answer: {}': 'O servidor de e-mail não respondeu: {}',
  'The mail server did not take it: {}': 'O servidor de e-mail não aceitou: {}',
  'The test goes to whoever asks: sign in as a person.': 'O teste vai para quem pede: entre como uma pessoa.',
  'The worker ended before the mail server answered.':
    'O worker terminou antes da resposta do servidor de e-mail.',
  'There is no variable {}. There are: {}.': 'Não há a variável {}. Há estas: {}.',
  'This letter is {}; that takes one that is {}.': 'Este e-mail está {}; para isso precisa estar {}.',
  'This moment has passed.': 'Este momento já passou.',
  'Write something.': 'Escreva alguma coisa.',
  '{} asked for no more letters': '{} pediu para não receber mais e-mails',
  '{} asked for no more letters.': '{} pediu para não receber mais e-mails.',
  '{} wants no letters from templates': '{} não quer e-mails de modelos',
  '{} wants no letters from templates.': '{} não quer e-mails de modelos.',

  // The store.
  'The database takes no changes now, as when its disk is full. Reading goes on, and saving works again by itself once there is room.':
    'O banco de dados não aceita mudanças agora, como quando o disco está cheio. A leitura continua, e salvar volta a funcionar sozinho assim que houver espaço.',

  // What the framework says of a request that it cannot read.
  "'{}' is exceeding the max param length": 'O endereço tem uma parte longa demais: {}',
  "'{}' is not a valid url component": 'O endereço tem uma parte que não é válida: {}',
  "Body cannot be empty when content-type is set to 'application/json'":
    'O corpo está vazio, e devia ser JSON.',
  "Body is not valid JSON but content-type is set to 'application/json'": 'O corpo não é JSON válido.',
  'Request body is too large': 'O corpo da requisição é grande demais.',
  'Request body size did not match Content-Length': 'O corpo não tem o tamanho que foi anunciado.',
  'Unsupported Media Type': 'Este tipo de conteúdo não é aceito aqui.',
};
