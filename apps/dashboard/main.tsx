import { render } from 'preact';
import { App } from './app.js';
import { keepFocus } from './routing/focus.js';
import './style/index.css';

keepFocus();
render(<App />, document.getElementById('page')!);
