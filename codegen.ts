// Makes typed documents of the operations in src/client, so that a change of the schema that breaks a
// client breaks its types.

import type { CodegenConfig } from '@graphql-codegen/cli'

const config: CodegenConfig = {
  schema: 'schema/schema.graphql',
  documents: 'src/client/operations.graphql',
  generates: {
    'src/client/generated/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        documentMode: 'string',
        enumsAsTypes: true,
        useTypeImports: true,
        importExtension: '.ts',
        emitLegacyCommonJSImports: false,
        defaultScalarType: 'unknown',
        scalars: { ID: 'string', Cursor: 'string', DateTime: 'string', Long: 'number', JSON: 'unknown' },
      },
    },
  },
}

export default config
