import { besideBareRuntime } from './encoding/bare';
const r=await besideBareRuntime(console.error); console.log(JSON.stringify(r,null,1)); process.exit(0);
