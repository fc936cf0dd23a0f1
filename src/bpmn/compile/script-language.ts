/** The languages of scripts and conditions that are executed; null: another one. */
export function scriptLanguage(name: string): 'javascript' | 'feel' | 'juel' | null {
  const text = name.trim().toLowerCase();
  if (/^(?:(?:text|application)\/)?(?:javascript|ecmascript|js)$/.test(text)) return 'javascript';
  if (text === 'juel') return 'juel';
  return text === 'feel' || text.includes('/feel/') ? 'feel' : null;
}
