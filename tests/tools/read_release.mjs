// Reads every Parquet file of a release with hyparquet and prints its rows as JSON; days as {"day": "2025-06-02"}.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'

const tagged = (value) => {
  if (value instanceof Date) return { day: value.toISOString().slice(0, 10) }
  if (value instanceof Uint8Array) return { hex: Buffer.from(value).toString('hex') }
  if (typeof value === 'bigint') return { bigint: value.toString() }
  if (Array.isArray(value)) return value.map(tagged)
  if (value && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, tagged(each)]))
  }
  return value ?? null
}

const folder = process.argv[2]
const tables = {}
for (const name of readdirSync(folder).filter((each) => each.endsWith('.parquet')).sort()) {
  const file = await asyncBufferFromFile(join(folder, name))
  tables[name.replace('.parquet', '')] = (await parquetReadObjects({ file, compressors })).map(tagged)
}
process.stdout.write(JSON.stringify(tables))
