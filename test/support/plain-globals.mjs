import vm from 'node:vm';
import { TestEnvironment } from 'jest-environment-node';

/** Values that all test files of one Jest process share, such as a started service. */
const shared = new Map();

/**
 * Jest's environment reads every global (`Math`, `Number`, `Map` …) through a proxy, which makes code that computes
 * several times as slow. Here they are plain globals of the context.
 */
export default class PlainGlobals extends TestEnvironment {
  constructor(config, context) {
    const { createContext } = vm;
    vm.createContext = () => createContext(vm.constants.DONT_CONTEXTIFY);
    try {
      super(config, context);
    } finally {
      vm.createContext = createContext;
    }
    this.global.sharedByTestFiles = shared;
  }
}
