"""Reports to hand out: the figures of the pages as DOCX, XLSX and PPTX."""
