import { useRef, useState } from 'preact/hooks';

interface Props {
  /** What the text is, for screen readers: "the command". */
  name: string;
  text: string;
}

/** A text to paste somewhere else, with a button that copies it. */
export function Copied({ name, text }: Props) {
  const box = useRef<HTMLElement>(null);
  const [status, setStatus] = useState('');
  const copy = async () =>
    setStatus((await copyText(text, box.current!)) ? 'Copied' : 'Selected: copy it by hand');
  return (
    <div class="copied">
      <code ref={box} class="command" tabIndex={0} role="group" aria-label={name}>
        {text}
      </code>
      <button type="button" class="button" aria-label={`Copy ${name}`} onClick={() => void copy()}>
        Copy
      </button>
      <span role="status" class="small soft">
        {status}
      </span>
    </div>
  );
}

/** Browsers give the clipboard only to pages over https or of this machine; others copy what is selected. */
async function copyText(text: string, box: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    getSelection()?.selectAllChildren(box);
    return document.execCommand('copy');
  }
}
