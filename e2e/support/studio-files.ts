import { writeStudioFiles } from '../../scripts/start/studio-files';

/** Puts the files that Studio's page fetches beside the test pages. */
await writeStudioFiles('.cache/pages');
