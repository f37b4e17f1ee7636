/**
 * A workbook of one sheet, as ECMA-376 asks for it and no more: texts only, a bold header that stays in view, and the
 * watermark above the table and in the footer of every printed page. Loaded when somebody exports.
 */
import { strToU8, zipSync } from 'fflate'

export interface Sheet {
  name: string
  /** Who exported it, when and for what. */
  mark: string
  header: string[]
  rows: string[][]
}

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const RELATIONS = 'http://schemas.openxmlformats.org/package/2006/relationships'
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const TYPES = 'application/vnd.openxmlformats-officedocument.spreadsheetml'
// A cell takes 32 767 characters, a name of a sheet 31, a footer 255 (ECMA-376, SpreadsheetML limits).
const CELL_MAX = 32_767
const NAME_MAX = 31
const FOOTER_MAX = 240

// What XML cannot hold at all goes; the rest is written as entities.
const plain = (text: string) => text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
const xml = (text: string) => plain(text).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;')

/** A, B … Z, AA: the columns as a spreadsheet names them. */
function column(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26))
  return index < 26 ? letter : column(Math.floor(index / 26) - 1) + letter
}

// Inline texts are never formulas, whatever they begin with.
const cell = (text: string, at: number, row: number, style: number) =>
  `<c r="${column(at)}${row}" t="inlineStr" s="${style}"><is><t xml:space="preserve">${xml(text.slice(0, CELL_MAX))}</t></is></c>`
const line = (cells: string[], row: number, style: number) =>
  `<row r="${row}">${cells.map((text, at) => cell(text, at, row, style)).join('')}</row>`

function sheetXml({ mark, header, rows }: Sheet): string {
  // Row 1 is the watermark, row 2 the header, and both stay in view.
  const body = [line([mark], 1, 2), line(header, 2, 1), ...rows.map((row, index) => line(row, index + 3, 0))].join('')
  const last = column(Math.max(0, header.length - 1))
  return (
    `${XML}<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="2" topLeftCell="A3" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>` +
    `<cols><col min="1" max="${header.length}" width="18" customWidth="1"/></cols><sheetData>${body}</sheetData>` +
    `<autoFilter ref="A2:${last}${rows.length + 2}"/><mergeCells count="1"><mergeCell ref="A1:${last}1"/></mergeCells>` +
    // An ampersand begins a code in a footer, so it is doubled.
    `<headerFooter><oddFooter>${xml(`&L${mark.replace(/&/g, '&&').slice(0, FOOTER_MAX)}&R&P/&N`)}</oddFooter></headerFooter></worksheet>`
  )
}

const STYLES =
  `${XML}<styleSheet xmlns="${MAIN}"><fonts count="3"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font>` +
  '<font><i/><sz val="11"/><color rgb="FF9C2B1B"/><name val="Calibri"/></font></fonts>' +
  '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>' +
  '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>' +
  '<cellXfs count="3"><xf fontId="0"/><xf fontId="1" applyFont="1"/><xf fontId="2" applyFont="1"/></cellXfs></styleSheet>'

const relation = (id: string, type: string, target: string) => `<Relationship Id="${id}" Type="${OFFICE}/${type}" Target="${target}"/>`

/** The file's bytes. */
export function workbook(sheet: Sheet): Uint8Array<ArrayBuffer> {
  const name = xml(sheet.name.replace(/[[\]:*?/\\]/g, ' ').slice(0, NAME_MAX))
  const parts: Record<string, string> = {
    '[Content_Types].xml':
      `${XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
      `<Override PartName="/xl/workbook.xml" ContentType="${TYPES}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${TYPES}.worksheet+xml"/>` +
      `<Override PartName="/xl/styles.xml" ContentType="${TYPES}.styles+xml"/></Types>`,
    '_rels/.rels': `${XML}<Relationships xmlns="${RELATIONS}">${relation('r1', 'officeDocument', 'xl/workbook.xml')}</Relationships>`,
    'xl/workbook.xml': `${XML}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets><sheet name="${name}" sheetId="1" r:id="r1"/></sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `${XML}<Relationships xmlns="${RELATIONS}">${relation('r1', 'worksheet', 'worksheets/sheet1.xml')}${relation('r2', 'styles', 'styles.xml')}</Relationships>`,
    'xl/styles.xml': STYLES,
    'xl/worksheets/sheet1.xml': sheetXml(sheet),
  }
  return zipSync(Object.fromEntries(Object.entries(parts).map(([path, text]) => [path, strToU8(text)])), { level: 6 }) as Uint8Array<ArrayBuffer>
}
