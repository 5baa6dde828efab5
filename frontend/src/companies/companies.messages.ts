import type { Messages } from '../i18n/locales.ts';

export const companies = {
  'companies.title': ['Empresas', 'Companies'],
  'companies.new': ['Nova empresa', 'New company'],
  'companies.search': ['Buscar empresas', 'Search companies'],
  'companies.find': ['Digite para buscar', 'Type to search'],
  'companies.noMatch': ['Nenhuma empresa encontrada', 'No company found'],
  'companies.empty.title': ['Nenhuma empresa ainda', 'No companies yet'],
  'companies.empty.text': [
    'Empresas nascem quando um lead é convertido, ou cadastre uma aqui.',
    'Companies come from converted leads, or add one here.',
  ],
  'companies.field.name': ['Nome', 'Name'],
  'companies.field.legalName': ['Razão social', 'Legal name'],
  'companies.field.cnpj': ['CNPJ', 'CNPJ'],
  'companies.field.domain': ['Domínio', 'Domain'],
  'companies.field.website': ['Site', 'Website'],
  'companies.field.industry': ['Setor', 'Industry'],
  'companies.field.employees': ['Funcionários', 'Employees'],
  'companies.field.phone': ['Telefone', 'Phone'],
  'companies.form.nameShort': [
    'Informe o nome, com pelo menos 2 letras.',
    'Enter the name, at least 2 letters.',
  ],
  'companies.people': ['Pessoas', 'People'],
  'companies.deals': ['Negócios', 'Deals'],
} as const satisfies Messages;
