// Validates a JSON Feed 1.1 by the schema that others wrote, and sees that the schema has teeth.
//
//     node validate_json_feed.js FILE
'use strict'

const fs = require('fs')
const path = require('path')
const { createRequire } = require('module')

// The packages stand in the folder in which this is run.
const required = createRequire(path.join(process.cwd(), 'package.json'))
const Ajv = required('ajv')
const schema = required('jsonfeed-schema/schema-v1.1.json')

const validate = new Ajv({ schemaId: 'auto', unknownFormats: 'ignore' }).compile(schema)
const feed = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'))

if (!validate(feed)) {
  console.error('validate_json_feed.js:', JSON.stringify(validate.errors, null, 1))
  process.exit(1)
}

feed.items[0].id = undefined
if (validate(JSON.parse(JSON.stringify(feed)))) {
  console.error('validate_json_feed.js: an item without an id is valid for it')
  process.exit(1)
}
