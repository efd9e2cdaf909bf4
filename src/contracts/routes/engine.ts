import Type from 'typebox'
import { Id, Millis } from '../ids.ts'
import { DataCheck, ImportReport, ImportRequest, RowProblem } from '../import.ts'
import { Job } from '../job.ts'
import { ModelVersion } from '../model-version.ts'
import { textOfForm } from '../pattern.ts'
import { Placement } from '../placement.ts'
import { Product } from '../product.ts'
import { ORIGIN_PATTERN, route } from '../route.ts'

const ById = Type.Object({ id: Id }, { additionalProperties: false })
const Version = Type.Object({ version: Type.Integer({ minimum: 1 }) }, { additionalProperties: false })
const Page = Type.Object(
  {
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
    after: Type.Optional(Type.String({ maxLength: 256, description: 'The `next` of the page before.' })),
  },
  { additionalProperties: false },
)
const Ok = Type.Object({ ok: Type.Literal(true) }, { additionalProperties: false })

export const StoreSummary = Type.Object(
  {
    name: Type.String(),
    version: Type.String({ description: 'Storemind’s version.' }),
    products: Type.Integer(),
    profiles: Type.Integer(),
    events: Type.Integer(),
    servingModel: Type.Union([Type.Integer(), Type.Null()]),
    uptimeSeconds: Type.Number(),
  },
  { additionalProperties: false },
)

export const healthz = route({
  name: 'health',
  method: 'GET',
  path: '/healthz',
  scope: 'open',
  tag: 'operation',
  summary: 'Says that the process is alive.',
  response: Ok,
  errors: [],
})
export const readyz = route({
  name: 'ready',
  method: 'GET',
  path: '/readyz',
  scope: 'open',
  tag: 'operation',
  summary: 'Says that the store is open and requests are answered.',
  response: Ok,
  errors: ['NOT_READY'],
})
export const storeSummary = route({
  name: 'storeSummary',
  method: 'GET',
  path: '/v1/store',
  scope: 'read',
  tag: 'operation',
  summary: 'Counts of what the store holds and which model serves.',
  response: StoreSummary,
  errors: [],
})
export const listProducts = route({
  name: 'listProducts',
  method: 'GET',
  path: '/v1/products',
  scope: 'read',
  tag: 'catalogue',
  summary: 'Lists products in the order of their arrival.',
  querystring: Page,
  response: Type.Object(
    { products: Type.Array(Product), next: Type.Union([Type.String(), Type.Null()]) },
    { additionalProperties: false },
  ),
  errors: [],
})
export const getProduct = route({
  name: 'getProduct',
  method: 'GET',
  path: '/v1/products/:productId',
  scope: 'read',
  tag: 'catalogue',
  summary: 'One product.',
  params: Type.Object({ productId: Type.String({ minLength: 1, maxLength: 256 }) }, { additionalProperties: false }),
  response: Product,
  errors: ['PRODUCT_NOT_FOUND'],
})

export const startImport = route({
  name: 'startImport',
  method: 'POST',
  path: '/v1/imports',
  scope: 'admin',
  tag: 'imports',
  summary: 'Starts an import of files on the machine that holds the store.',
  body: ImportRequest,
  response: Job,
  errors: ['IMPORTER_UNKNOWN', 'FILE_NOT_FOUND', 'BASIS_REQUIRED', 'OPTION_UNKNOWN', 'CURRENCY_UNKNOWN', 'JOB_RUNNING'],
})
export const ImporterInfo = Type.Object(
  {
    id: Type.String(),
    title: Type.String(),
    reads: Type.String({ description: 'What files it reads.' }),
    example: Type.String(),
    fields: Type.Array(
      Type.Object(
        { name: Type.String(), required: Type.Boolean(), meaning: Type.String() },
        { additionalProperties: false },
      ),
    ),
    options: Type.Array(
      Type.Object(
        { name: Type.String(), meaning: Type.String(), default: Type.Optional(Type.String()) },
        { additionalProperties: false },
      ),
    ),
    defaultBasis: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
)
export type ImporterInfo = Type.Static<typeof ImporterInfo>
export const listImporters = route({
  name: 'listImporters',
  method: 'GET',
  path: '/v1/importers',
  scope: 'read',
  tag: 'imports',
  summary: 'The formats that can be imported.',
  response: Type.Object({ importers: Type.Array(ImporterInfo) }, { additionalProperties: false }),
  errors: [],
})
export const listImports = route({
  name: 'listImports',
  method: 'GET',
  path: '/v1/imports',
  scope: 'admin',
  tag: 'imports',
  summary: 'Imports so far, newest first.',
  response: Type.Object({ imports: Type.Array(ImportReport) }, { additionalProperties: false }),
  errors: [],
})
export const listImportProblems = route({
  name: 'listImportProblems',
  method: 'GET',
  path: '/v1/imports/:id/problems',
  scope: 'admin',
  tag: 'imports',
  summary: 'Every row that an import refused, with the reason.',
  params: ById,
  querystring: Page,
  response: Type.Object(
    { problems: Type.Array(RowProblem), next: Type.Union([Type.String(), Type.Null()]) },
    { additionalProperties: false },
  ),
  errors: ['IMPORT_NOT_FOUND'],
})
export const checkData = route({
  name: 'checkData',
  method: 'GET',
  path: '/v1/check',
  scope: 'admin',
  tag: 'imports',
  summary: 'Judges the data before training, in words.',
  response: DataCheck,
  errors: [],
})

export const getJob = route({
  name: 'getJob',
  method: 'GET',
  path: '/v1/jobs/:id',
  scope: 'admin',
  tag: 'jobs',
  summary: 'One job with its progress.',
  params: ById,
  response: Job,
  errors: ['JOB_NOT_FOUND'],
})
export const cancelJob = route({
  name: 'cancelJob',
  method: 'POST',
  path: '/v1/jobs/:id/cancel',
  scope: 'admin',
  tag: 'jobs',
  summary: 'Asks a job to stop at the next safe point.',
  params: ById,
  response: Job,
  errors: ['JOB_NOT_FOUND'],
})

export const listModels = route({
  name: 'listModels',
  method: 'GET',
  path: '/v1/models',
  scope: 'admin',
  tag: 'models',
  summary: 'Model versions, newest first.',
  response: Type.Object({ models: Type.Array(ModelVersion) }, { additionalProperties: false }),
  errors: [],
})
export const getModel = route({
  name: 'getModel',
  method: 'GET',
  path: '/v1/models/:version',
  scope: 'admin',
  tag: 'models',
  summary: 'One model version with its card.',
  params: Version,
  response: ModelVersion,
  errors: ['MODEL_NOT_FOUND'],
})
export const promoteModel = route({
  name: 'promoteModel',
  method: 'POST',
  path: '/v1/models/:version/promote',
  scope: 'admin',
  tag: 'models',
  summary: 'Puts a version in service when it is not worse than the one that serves.',
  params: Version,
  body: Type.Object({ force: Type.Optional(Type.Boolean()) }, { additionalProperties: false }),
  response: ModelVersion,
  errors: ['MODEL_NOT_FOUND', 'MODEL_NOT_BETTER', 'MODEL_BROKEN'],
})
export const rollBackModel = route({
  name: 'rollBackModel',
  method: 'POST',
  path: '/v1/models/rollback',
  scope: 'admin',
  tag: 'models',
  summary: 'Puts the version that served before back in service.',
  body: Type.Object({ capability: Type.Optional(Type.String()) }, { additionalProperties: false }),
  response: ModelVersion,
  errors: ['NOTHING_TO_ROLL_BACK', 'MODEL_BROKEN'],
})

const Origins = Type.Array(
  textOfForm(ORIGIN_PATTERN, 'an origin like https://shop.example, without a path', { maxLength: 300 }),
  {
    minItems: 1,
    maxItems: 50,
    description: 'Pages whose requests the key is for, like `https://shop.example`; left out: any caller.',
  },
)
export const ApiKey = Type.Object(
  {
    id: Id,
    name: Type.String(),
    scopes: Type.Array(Type.Enum(['read', 'write', 'admin'])),
    origins: Type.Optional(Origins),
    createdAt: Millis,
    lastUsedAt: Type.Optional(Millis),
  },
  { additionalProperties: false },
)
export type ApiKey = Type.Static<typeof ApiKey>
export const createKey = route({
  name: 'createKey',
  method: 'POST',
  path: '/v1/keys',
  scope: 'admin',
  tag: 'keys',
  summary: 'Makes a key. The secret is shown once; only its hash is kept.',
  body: Type.Object(
    {
      name: Type.String({ minLength: 1, maxLength: 200 }),
      scopes: Type.Array(Type.Enum(['read', 'write', 'admin']), { minItems: 1 }),
      origins: Type.Optional(Origins),
    },
    { additionalProperties: false },
  ),
  response: Type.Object({ key: ApiKey, secret: Type.String() }, { additionalProperties: false }),
  errors: [],
})
export const listKeys = route({
  name: 'listKeys',
  method: 'GET',
  path: '/v1/keys',
  scope: 'admin',
  tag: 'keys',
  summary: 'Keys without their secrets.',
  response: Type.Object({ keys: Type.Array(ApiKey) }, { additionalProperties: false }),
  errors: [],
})
export const removeKey = route({
  name: 'removeKey',
  method: 'DELETE',
  path: '/v1/keys/:id',
  scope: 'admin',
  tag: 'keys',
  summary: 'Removes a key; it stops working at once.',
  params: ById,
  response: Ok,
  errors: ['KEY_NOT_FOUND'],
})

export const listPlacements = route({
  name: 'listPlacements',
  method: 'GET',
  path: '/v1/placements',
  scope: 'read',
  tag: 'decisions',
  summary: 'The store’s placements.',
  response: Type.Object({ placements: Type.Array(Placement) }, { additionalProperties: false }),
  errors: [],
})
export const putPlacement = route({
  name: 'putPlacement',
  method: 'PUT',
  path: '/v1/placements',
  scope: 'admin',
  tag: 'decisions',
  summary: 'Adds or changes a placement.',
  body: Placement,
  response: Placement,
  errors: [],
})

const WhichProfile = Type.Object(
  { profile: Type.String({ minLength: 1, maxLength: 256 }) },
  { additionalProperties: false },
)
export const exportProfile = route({
  name: 'exportProfile',
  method: 'POST',
  path: '/v1/profiles/export',
  scope: 'admin',
  tag: 'privacy',
  summary: 'Everything the store holds of one shopper.',
  body: WhichProfile,
  response: Type.Record(Type.String(), Type.Unknown()),
  errors: ['PROFILE_NOT_FOUND'],
})
export const eraseProfile = route({
  name: 'eraseProfile',
  method: 'POST',
  path: '/v1/profiles/erase',
  scope: 'admin',
  tag: 'privacy',
  summary: 'Erases one shopper everywhere and destroys the key that sealed the data.',
  body: WhichProfile,
  response: Type.Object({ erased: Type.Record(Type.String(), Type.Integer()) }, { additionalProperties: false }),
  errors: ['PROFILE_NOT_FOUND'],
})

export const backUp = route({
  name: 'backUp',
  method: 'POST',
  path: '/v1/backups',
  scope: 'admin',
  tag: 'operation',
  summary: 'Writes a consistent copy of the running store to a folder on its machine.',
  body: Type.Object(
    { to: Type.String({ minLength: 1, maxLength: 4096 }), keysTo: Type.Optional(Type.String({ maxLength: 4096 })) },
    { additionalProperties: false },
  ),
  response: Job,
  errors: ['BACKUP_FOLDER_TAKEN', 'JOB_RUNNING', 'DISK_FULL'],
})
export const StorageReport = Type.Object(
  {
    bytes: Type.Integer(),
    freeBytes: Type.Integer(),
    tables: Type.Array(
      Type.Object(
        { name: Type.String(), rows: Type.Integer(), bytes: Type.Integer() },
        { additionalProperties: false },
      ),
    ),
    bytesPerDay: Type.Number({ description: 'Growth over the last 30 days with data.' }),
    steadyStateBytes: Type.Union([Type.Number(), Type.Null()], {
      description: 'Size at which retention holds it, where there is a rule.',
    }),
    daysUntilFull: Type.Union([Type.Number(), Type.Null()]),
  },
  { additionalProperties: false },
)
export type StorageReport = Type.Static<typeof StorageReport>
export const storageReport = route({
  name: 'storageReport',
  method: 'GET',
  path: '/v1/storage',
  scope: 'admin',
  tag: 'operation',
  summary: 'What the store uses on disk and when the disk will be full.',
  response: StorageReport,
  errors: [],
})
